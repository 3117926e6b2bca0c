import t from 'tap'
import { isOpenedSettings, openedCommands } from '../../../lib/inspect/opened-settings.ts'

const commandsOf = (path: string, text: string): string[] =>
  openedCommands(path, text).map(({ command, by, at }) => `${by} ${at.line}: ${command}`)

t.test('settings that start programs by themselves are known by their names, also in a template', t => {
  for (const path of [
    '.vscode/tasks.json',
    'template/_vscode/tasks.json',
    'a/dot_claude/settings.json',
    '.claude/settings.local.json',
    'template/.mcp.json',
    'template/_cursor/mcp.json',
    '.devcontainer/devcontainer.json',
    '.devcontainer/node/devcontainer.json',
    'x.code-workspace',
  ])
    t.ok(isOpenedSettings(path), path)
  for (const path of [
    'package.json',
    'vscode/tasks.json',
    'tasks.json',
    'lib/settings.json',
    'claude/settings.json',
  ])
    t.notOk(isOpenedSettings(path), path)
  t.end()
})

t.test('their commands are found with their arguments, in spite of comments', t => {
  const task = (more: string): string =>
    `{\n  // with the editor\n  "tasks": [\n    { "command": "node", "args": ["a.js", "b"]${more} }\n  ]\n}\n`
  const opened = task(', "runOptions": { "runOn": "folderOpen" }')
  t.strictSame(commandsOf('.vscode/tasks.json', opened), ['editor 4: node a.js b'])
  t.strictSame(commandsOf('.vscode/tasks.json', task('')), [], 'only what starts by itself')
  t.strictSame(
    commandsOf(
      't/.claude/settings.json',
      '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"say \\"done\\""}]}]}}',
    ),
    ['assistant 1: say "done"'],
  )
  t.strictSame(
    commandsOf('.devcontainer/devcontainer.json', '{"initializeCommand":"a","postCreateCommand":"b"}'),
    ['editor 1: a'],
    'what runs inside the container is left alone',
  )
  t.strictSame(commandsOf('.mcp.json', '{"mcpServers":{"a":{"command":"sh","args":["-c","b | c"]}}}'), [
    'assistant 1: sh -c b | c',
  ])
  t.strictSame(
    commandsOf('.devcontainer/devcontainer.json', '{"initializeCommand":["sh","-c","a"]}'),
    ['editor 1: sh -c a'],
    'a list is one command',
  )
  t.strictSame(
    commandsOf('.devcontainer/devcontainer.json', '{"initializeCommand":{"x":"a","y":"b"}}'),
    ['editor 1: a', 'editor 1: b'],
    'several commands have names',
  )
  t.end()
})

t.test('what stands in comments or in other texts is no command, whatever the order and the commas', t => {
  const table: Readonly<Record<string, readonly string[]>> = {
    '{"a":{"args":["x"],"command":"node"}}': ['assistant 1: node x'],
    '{"a":{"command":"node" "args":["x",],}}': ['assistant 1: node x'],
    '{/* "command": "no" */ "a": {"command": "node"} // "command": "no"\n}': ['assistant 1: node'],
    '{"note":"\\"command\\": \\"no\\"","a":{"command":"node"}}': ['assistant 1: node'],
    '{"a":{"command":"one","args":["1"]},"b":{"command":"two","args":["2"]}}': [
      'assistant 1: one 1',
      'assistant 1: two 2',
    ],
    '{"a":{"command":"node","env":{"args":["no"]}}}': ['assistant 1: node'],
    '{"a":{"__proto__":{"command":"node"': ['assistant 1: node'],
    '{"a":{"command":["node","x"]': ['assistant 1: node x'],
    '"command":"no"': [],
  }
  for (const [text, expected] of Object.entries(table))
    t.strictSame(commandsOf('.mcp.json', text), expected, text)
  t.strictSame(commandsOf('.mcp.json', '['.repeat(200_000)), [], 'no depth is too deep')
  t.strictSame(commandsOf('.mcp.json', `{"a":"${'\\"'.repeat(100_000)}`), [], 'an open text is read once')
  t.end()
})
