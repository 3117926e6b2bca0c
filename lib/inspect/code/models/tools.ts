import type { Model } from './model.ts'

/** Libraries that stand for a program of the system: git, a package manager, a shell, a registry, a service manager. */
export const tools: readonly Model[] = [
  {
    of: ['pkg:simple-git', 'pkg:simple-git.{simpleGit,gitP}', 'pkg:simple-git/promise'],
    act: 'make',
    instance: 'git',
  },
  {
    of: [
      'git.{raw,push,pushTags,commit,add,reset,clean,checkout,checkoutLocalBranch,deleteLocalBranch,deleteLocalBranches}',
      'git.{addConfig,addRemote,addTag,clone,mirror,stash,rm,remote,rebase,revert,merge,pull,fetch}',
    ],
    act: 'built-in',
    name: 'git',
  },
  { of: ['pkg:isomorphic-git.push'], act: 'does', line: 'git push' },
  { of: ['pkg:libnpmpublish.{publish,unpublish}', 'pkg:libnpmpublish'], act: 'does', line: 'npm publish' },
  { of: ['pkg:{@vscode/vsce,vsce}.{publish,publishVSIX}'], act: 'does', line: 'vsce publish' },
  { of: ['pkg:ovsx.publish'], act: 'does', line: 'ovsx publish' },
  {
    of: [
      'pkg:{npm-programmatic.install,npmi,npm-install-package,install-package.install,@antfu/install-pkg.installPackage,nypm.addDependency,pkg-install.install}',
    ],
    act: 'does',
    line: 'npm install',
  },
  { of: ['pkg:live-plugin-manager.PluginManager'], act: 'make', instance: 'plugins' },
  { of: ['plugins.{install,installFromNpm,installFromGithub}'], act: 'does', line: 'npm install' },
  {
    of: [
      'pkg:{write-pkg,write-package}',
      'pkg:write-pkg.{sync,writePackage,writePackageSync,updatePackage,addPackageDependencies}',
    ],
    act: 'does',
    writes: '/__project__/package.json',
  },
  { of: ['pkg:@npmcli/package-json.load'], act: 'make', instance: 'manifest' },
  { of: ['manifest.save'], act: 'does', writes: '/__project__/package.json' },
  { of: ['pkg:auto-launch', 'pkg:auto-launch-patched'], act: 'make', instance: 'autostart' },
  { of: ['autostart.enable'], act: 'does', writes: '~/.config/autostart/' },
  { of: ['pkg:{node-linux,os-service}.Service'], act: 'make', instance: 'service' },
  { of: ['service.install', 'pkg:os-service.add'], act: 'does', writes: '/etc/systemd/system/' },
  { of: ['pkg:node-mac.Service'], act: 'make', instance: 'agent-service' },
  { of: ['agent-service.install'], act: 'does', writes: '/Library/LaunchDaemons/' },
  { of: ['pkg:node-windows.Service'], act: 'make', instance: 'windows-service' },
  { of: ['windows-service.install'], act: 'does', writes: 'services' },
  { of: ['pkg:winreg'], act: 'built-in', name: 'registry' },
  { of: ['registry.set'], act: 'built-in', name: 'registry.set' },
  { of: ['pkg:registry-js.setValue'], act: 'write', path: 1, content: 4, gives: 'nothing' },
  { of: ['pkg:crontab.load'], act: 'make', instance: 'cron-table' },
  { of: ['cron-table.{save,create}'], act: 'does', writes: 'crontab' },
  {
    of: [
      'pkg:{@anthropic-ai/claude-agent-sdk,@anthropic-ai/claude-code}.query',
      'pkg:@anthropic-ai/claude-agent-sdk.unstable_v2_prompt',
    ],
    act: 'built-in',
    name: 'agent',
  },
  { of: ['node:repl.{start,REPLServer}'], act: 'built-in', name: 'repl' },
  {
    of: [
      'pkg:shelljs.{rm,cp,mv,ln,chmod,sed,find,ls,cat,head,tail,sort,grep,echo,ShellString}',
      'shell-text.{to,toEnd,sed,grep,sort,head,tail}',
    ],
    act: 'built-in',
    name: 'shelljs',
  },
]
