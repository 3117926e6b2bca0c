import t from 'tap'
import { decodeText, fileKind, hashbang } from '../../../lib/inspect/file-kind.ts'
import { nativeFormat } from '../../../lib/inspect/native-format.ts'

function elf(machine: number): Buffer {
  const file = Buffer.alloc(64)
  file.write('\x7fELF\x02\x01\x01', 'latin1')
  file.writeUInt16LE(machine, 18)
  return file
}
function pe(machine: number): Buffer {
  const file = Buffer.alloc(256)
  file.write('MZ', 'latin1')
  file.writeUInt32LE(128, 0x3c)
  file.write('PE\0\0', 128, 'latin1')
  file.writeUInt16LE(machine, 132)
  return file
}
function fat(...cpus: number[]): Buffer {
  const file = Buffer.alloc(8 + 20 * cpus.length)
  file.writeUInt32BE(0xcafebabe, 0)
  file.writeUInt32BE(cpus.length, 4)
  cpus.forEach((cpu, i) => file.writeUInt32BE(cpu, 8 + 20 * i))
  return file
}
const hex = (text: string): Buffer => Buffer.concat([Buffer.from(text, 'hex'), Buffer.alloc(80)])

t.test('native programs are known by their bytes', t => {
  const cases: [string, Buffer, string | undefined][] = [
    ['ELF x64', elf(0x3e), 'elf x64'],
    ['ELF arm64', elf(0xb7), 'elf arm64'],
    ['PE x64', pe(0x8664), 'pe x64'],
    ['PE ia32', pe(0x14c), 'pe ia32'],
    ['Mach-O arm64', hex('cffaedfe0c000001'), 'mach-o arm64'],
    ['Mach-O x64 big-endian', hex('feedfacf01000007'), 'mach-o x64'],
    ['fat Mach-O', fat(0x01000007, 0x0100000c), 'mach-o x64+arm64'],
    ['Java class', hex('cafebabe00000034'), undefined],
    ['V8 code cache', hex('2d05dec01122334455'), 'v8-bytecode any'],
    [
      'text that begins with MZ',
      Buffer.from('MZ is a prefix of many words, and this is only prose about it, long enough.'),
      undefined,
    ],
    ['too short', Buffer.from('MZ'), undefined],
  ]
  for (const [label, input, expected] of cases) {
    const format = nativeFormat(input)
    t.equal(format && `${format.format} ${format.arch}`, expected, label)
  }
  t.end()
})

t.test('content decides before the name', t => {
  const cases: [string, Uint8Array, string][] = [
    ['logo.png', elf(0x3e), 'native'],
    ['index.js', pe(0x8664), 'native'],
    ['addon.node', hex('cffaedfe0c000001'), 'native'],
    ['a.js', hex('0061736d01000000'), 'wasm'],
    ['a.txt', hex('504b0304'), 'archive'],
    ['a.txt', hex('1f8b0800'), 'archive'],
    ['a.txt', hex('fd377a585a00'), 'archive'],
    ['cli', Buffer.from('#!/usr/bin/env node\n'), 'javascript'],
    ['cli', Buffer.from('#!/usr/bin/env -S NODE_OPTIONS=x node --no-warnings\n'), 'javascript'],
    ['cli', Buffer.from('#! /bin/bash -e\n'), 'shell'],
    ['tool', Buffer.from('#!/usr/bin/python3.11\n'), 'python'],
    ['x.txt', Buffer.from('\uFEFF#!/bin/sh\n'), 'shell'],
    ['a.mjs', Buffer.from('x'), 'javascript'],
    ['a.d.ts', Buffer.from('x'), 'javascript'],
    ['A.JSON', Buffer.from('{}'), 'json'],
    ['i.bat', Buffer.from('x'), 'batch'],
    ['i.CMD', Buffer.from('x'), 'batch'],
    ['i.ps1', Buffer.from('\uFEFFx', 'utf16le'), 'powershell'],
    ['binding.gyp', Buffer.from('{}'), 'gyp'],
    ['main.jsc', Buffer.from('abc'), 'native'],
    ['README', Buffer.from('prose'), 'text'],
    ['README', Buffer.from('\uFEFFprose', 'utf16le'), 'text'],
    ['umlaut', Buffer.from('ä'.repeat(5000)), 'text'],
    ['blob', Buffer.from([1, 0, 2]), 'data'],
    ['blob', Buffer.from([0xff, 0xc0, 0x41]), 'data'],
    ['empty', Buffer.alloc(0), 'text'],
    ['__proto__', Buffer.from('x'), 'text'],
    ['a.constructor', Buffer.from('x'), 'text'],
  ]
  for (const [path, input, expected] of cases)
    t.equal(
      fileKind(path, input),
      expected,
      `${path} ${JSON.stringify(Buffer.from(input.subarray(0, 24)).toString('latin1'))}`,
    )
  t.equal(hashbang(Buffer.from('no')), undefined)
  t.equal(decodeText(Buffer.from('\uFEFFabc', 'utf16le')), 'abc')
  t.equal(decodeText(Buffer.from('\uFEFFabc')), 'abc')
  t.end()
})
