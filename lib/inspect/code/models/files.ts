import type { Model } from './model.ts'

/** The file system. Promises and callbacks carry the same values, so one entry stands for all three styles. */
export const files: readonly Model[] = [
  {
    of: ['node:fs.{readFile,readFileSync}', 'node:fs.{readJson,readJSON,readJsonSync,readJSONSync}'],
    act: 'read',
    path: 0,
    gives: 'content',
  },
  {
    of: [
      'node:fs.{glob,globSync}',
      'pkg:{glob,fast-glob,globby,tiny-glob,tinyglobby,glob-promise,picoglob}',
      'pkg:glob.{glob,globSync,sync,globIterate,globIterateSync}',
      'pkg:fast-glob.{glob,globSync,sync,async,stream}',
      'pkg:globby.{globby,globbySync,sync}',
      'pkg:tinyglobby.{glob,globSync}',
      'pkg:tiny-glob/sync',
    ],
    act: 'built-in',
    name: 'glob',
  },
  // Pictures: what their pixels hold.
  {
    of: [
      'pkg:jimp',
      'pkg:jimp.{read,Jimp,Jimp.read,create}',
      'pkg:sharp',
      'pkg:{canvas,@napi-rs/canvas,skia-canvas}.loadImage',
      'pkg:{get-pixels,image-pixels,jsqr,qrcode-reader,steggy,lsb,image-js.Image.load,image-js.read}',
    ],
    act: 'read',
    path: 0,
    gives: 'content',
  },
  { of: ['node:fs.{openAsBlob,readlink,readlinkSync}'], act: 'read', path: 0, gives: 'content' },
  { of: ['node:fs.{readdir,readdirSync,opendir,opendirSync}'], act: 'built-in', name: 'fs.list' },
  {
    of: [
      'pkg:{readdirp,klaw,klaw-sync,walkdir,walk-sync,recursive-readdir,readdir-glob,fs-readdir-recursive,recursive-readdir-sync,@nodelib/fs.walk}',
      'pkg:{readdirp.promise,walkdir.sync,walkdir.async,walk.walk,walk.walkSync,@nodelib/fs.walk.walk,@nodelib/fs.walk.walkSync,@nodelib/fs.walk.walkStream}',
    ],
    act: 'built-in',
    name: 'walk',
  },
  { of: ['node:fs.createReadStream'], act: 'read', path: 0, gives: 'stream' },
  { of: ['node:fs.{open,openSync}'], act: 'built-in', name: 'fs.open' },
  {
    of: [
      'pkg:{better-sqlite3,level,classic-level.ClassicLevel,leveldown,rocksdb,nedb}',
      'pkg:{sqlite3,sqlite3.cached,@vscode/sqlite3}.Database',
      'node:sqlite.DatabaseSync',
      'global:Bun.sqlite.Database',
    ],
    act: 'read',
    path: 0,
    gives: 'stream',
  },
  { of: ['node:fs.{ReadStream}'], act: 'read', path: 0, gives: 'stream' },
  { of: ['node:fs.{read,readSync,readv,readvSync}'], act: 'built-in', name: 'fs.read' },
  {
    of: [
      'node:fs.{exists,existsSync,access,accessSync,stat,statSync,lstat,lstatSync,pathExists,pathExistsSync,realpath,realpathSync}',
    ],
    act: 'exists',
    path: 0,
  },
  {
    of: [
      'node:fs.{writeFile,writeFileSync,appendFile,appendFileSync}',
      'node:fs.{outputFile,outputFileSync,writeJson,writeJSON,writeJsonSync,writeJSONSync,outputJson,outputJSON,outputJsonSync,outputJSONSync}',
      'pkg:write-file-atomic',
      'pkg:write-file-atomic.sync',
      'pkg:{write-json-file,jsonfile,load-json-file}.{sync,writeJsonFile,writeJsonFileSync,writeFile,writeFileSync}',
      'pkg:write-json-file',
    ],
    act: 'write',
    path: 0,
    content: 1,
    gives: 'nothing',
  },
  {
    of: ['pkg:{@electron/asar,asar}.{createPackage,createPackageWithOptions,createPackageFromFiles}'],
    act: 'write',
    path: 1,
    gives: 'nothing',
  },
  { of: ['node:fs.{createWriteStream,WriteStream}'], act: 'write', path: 0, gives: 'stream' },
  { of: ['write-stream.{write,end,writeFile,appendFile}'], act: 'send', payload: [0] },
  { of: ['node:fs.{ftruncate,ftruncateSync}', 'write-stream.truncate'], act: 'built-in', name: 'fs.empty' },
  { of: ['node:fs.{write,writeSync,writev,writevSync}'], act: 'built-in', name: 'fs.write' },
  {
    of: [
      'node:fs.{copyFile,copyFileSync,cp,cpSync,rename,renameSync,copy,copySync,move,moveSync,link,linkSync,symlink,symlinkSync}',
    ],
    act: 'copy',
    from: 0,
    to: 1,
  },
  {
    of: [
      'node:fs.{unlink,unlinkSync,rm,rmSync,rmdir,rmdirSync,remove,removeSync,emptyDir,emptyDirSync,truncate,truncateSync}',
      'pkg:rimraf',
      'pkg:rimraf.{sync,rimraf,rimrafSync}',
      'pkg:del',
      'pkg:del.{sync,deleteAsync,deleteSync}',
      'pkg:{trash,rmrf,rm-rf,del-cli,empty-dir,empty-folder}',
      'pkg:rimraf.{native,nativeSync,manual,windows}',
    ],
    act: 'delete',
    path: 0,
  },
  { of: ['node:fs.{chmod,chmodSync,lchmod,lchmodSync}'], act: 'chmod', path: 0 },
  {
    of: ['node:path.join', 'node:path.normalize', 'node:path.posix.join', 'node:path.win32.join'],
    act: 'path',
    how: 'join',
  },
  {
    of: ['node:path.resolve', 'node:path.posix.resolve', 'node:path.win32.resolve'],
    act: 'path',
    how: 'resolve',
  },
  { of: ['node:path.dirname', 'node:path.posix.dirname'], act: 'path', how: 'dirname' },
  { of: ['node:path.basename', 'node:path.posix.basename'], act: 'path', how: 'basename' },
  { of: ['node:path.extname'], act: 'path', how: 'extname' },
  {
    of: [
      'node:url.{fileURLToPath,pathToFileURL}',
      'node:path.toNamespacedPath',
      'global:require.resolve',
      'pkg:{untildify,expand-tilde}',
    ],
    act: 'path',
    how: 'same',
  },
  { of: ['global:Bun.file'], act: 'read', path: 0, gives: 'content' },
  { of: ['global:Bun.write'], act: 'write', path: 0, content: 1, gives: 'nothing' },
  {
    of: ['global:Deno.{readFile,readTextFile,readFileSync,readTextFileSync}'],
    act: 'read',
    path: 0,
    gives: 'content',
  },
  {
    of: ['global:Deno.{writeFile,writeTextFile,writeFileSync,writeTextFileSync}'],
    act: 'write',
    path: 0,
    content: 1,
    gives: 'nothing',
  },
]
