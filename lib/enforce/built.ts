import { readFolder, isOwnModules } from '../fetch/read-folder.ts'
import { sha256Hex } from '../inspect/hash.ts'
import { folderDigest } from '../store/receipts.ts'
import type { Receipt, Receipts } from '../store/receipts.ts'

/**
 * An approved script changes its own package: it compiles, or puts a program for this machine in place of a stub. What
 * it leaves is what was approved, so the folder goes on being judged by the files the script was judged by. Only these
 * very bytes: whoever changes one more is judged by what lies there.
 */
export async function rememberBuilt(folder: string, receipt: Receipt, receipts: Receipts): Promise<void> {
  const unpacked = await readFolder(folder, isOwnModules)
  // What could not be read is not covered by a digest.
  if (unpacked.gaps.length > 0 || unpacked.tricks.length > 0) return
  const files = unpacked.files.map(({ path, bytes }) => ({ path, sha256: sha256Hex(bytes) }))
  await receipts.add(folderDigest(files), receipt)
}
