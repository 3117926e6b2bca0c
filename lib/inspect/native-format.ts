/** What a native program or library says about itself. `arch` is `any` where the format does not tell. */
export type NativeFormat = { readonly format: 'elf' | 'pe' | 'mach-o' | 'v8-bytecode'; readonly arch: string }

const elfMachines: Readonly<Record<number, string>> = {
  0x03: 'ia32',
  0x08: 'mips',
  0x14: 'ppc',
  0x15: 'ppc64',
  0x16: 's390x',
  0x28: 'arm',
  0x3e: 'x64',
  0xb7: 'arm64',
  0xf3: 'riscv64',
  0x102: 'loong64',
}
const peMachines: Readonly<Record<number, string>> = {
  0x14c: 'ia32',
  0x1c0: 'arm',
  0x1c4: 'arm',
  0x8664: 'x64',
  0xaa64: 'arm64',
}
const machCpus: Readonly<Record<number, string>> = {
  7: 'ia32',
  0x01000007: 'x64',
  12: 'arm',
  0x0100000c: 'arm64',
  18: 'ppc',
}

/**
 * Recognises ELF, PE, Mach-O (also fat) and V8 code-cache files by their magic bytes, whatever they are called.
 * A fat Mach-O lists its architectures joined by `+`. Sources: ELF gABI, PE/COFF, mach/machine.h, V8 code-serializer.
 */
export function nativeFormat(bytes: Uint8Array): NativeFormat | undefined {
  if (bytes.length < 8) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.getUint32(0)
  if (magic === 0x7f454c46) return { format: 'elf', arch: elfArch(view) }
  if (magic >>> 16 === 0x4d5a) return peFormat(view)
  if (magic === 0xcafebabe || magic === 0xcafebabf) return fatFormat(view)
  if (magic === 0xfeedface || magic === 0xfeedfacf) return machO(view.getUint32(4))
  if (magic === 0xcefaedfe || magic === 0xcffaedfe) return machO(view.getUint32(4, true))
  // V8 writes 0xC0DE0000 xor its count of external references, little-endian.
  if (view.getUint16(2, true) === 0xc0de && bytes.length > 64) return { format: 'v8-bytecode', arch: 'any' }
  return undefined
}

function elfArch(view: DataView): string {
  if (view.byteLength < 20) return 'any'
  return elfMachines[view.getUint16(18, view.getUint8(5) !== 2)] ?? 'any'
}

/** A file that only starts with `MZ` is still what Windows loads as a DOS program. */
function peFormat(view: DataView): NativeFormat | undefined {
  if (view.byteLength < 64) return undefined
  const header = view.getUint32(0x3c, true)
  if (header + 6 > view.byteLength || view.getUint32(header) !== 0x50450000) {
    return view.getUint16(2, true) < 512 && view.byteLength > 128 && header === 0
      ? { format: 'pe', arch: 'any' }
      : undefined
  }
  return { format: 'pe', arch: peMachines[view.getUint16(header + 4, true)] ?? 'any' }
}

function machO(cpu: number): NativeFormat {
  return { format: 'mach-o', arch: machCpus[cpu] ?? 'any' }
}

/** `CAFEBABE` is also a Java class file; there the next word is a version of 45 or more, here a small count. */
function fatFormat(view: DataView): NativeFormat | undefined {
  const count = view.getUint32(4)
  if (count === 0 || count > 30) return undefined
  const size = view.getUint32(0) === 0xcafebabf ? 32 : 20
  const names: string[] = []
  for (let i = 0; i < count && 12 + i * size <= view.byteLength; i++)
    names.push(machCpus[view.getUint32(8 + i * size)] ?? 'any')
  return { format: 'mach-o', arch: names.join('+') }
}
