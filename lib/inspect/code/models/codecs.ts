import type { Model } from './model.ts'

/** Functions through which data passes: what goes in comes out in another form. */
export const codecs: readonly Model[] = [
  { of: ['global:JSON.stringify'], act: 'built-in', name: 'JSON.stringify' },
  { of: ['global:JSON.parse'], act: 'built-in', name: 'JSON.parse' },
  {
    of: [
      'global:{encodeURIComponent,encodeURI,escape,btoa,String}',
      'node:querystring.{stringify,escape,encode}',
      'node:util.{inspect,format}',
      'node:buffer.btoa',
    ],
    act: 'built-in',
    name: 'encode',
  },
  {
    of: [
      'global:{decodeURIComponent,decodeURI,unescape,atob}',
      'node:querystring.{parse,unescape,decode}',
      'node:buffer.atob',
    ],
    act: 'built-in',
    name: 'decode',
  },
  {
    of: [
      'node:zlib.{gzip,gzipSync,deflate,deflateSync,deflateRaw,deflateRawSync,brotliCompress,brotliCompressSync}',
    ],
    act: 'built-in',
    name: 'compress',
  },
  {
    of: [
      'node:zlib.{gunzip,gunzipSync,inflate,inflateSync,inflateRaw,inflateRawSync,unzip,unzipSync,brotliDecompress,brotliDecompressSync}',
    ],
    act: 'built-in',
    name: 'decompress',
  },
  {
    of: ['node:crypto.{createCipheriv,createDecipheriv,createCipher,createDecipher}'],
    act: 'built-in',
    name: 'cipher',
  },
  { of: ['decipher.{update,final}'], act: 'built-in', name: 'decipher.update' },
  { of: ['cipher.{update,final,write,end,read}'], act: 'built-in', name: 'cipher.update' },
  // What is stored for somebody who has the key, or packed so that it is no text.
  {
    of: [
      'pkg:crypto-js.{AES,DES,TripleDES,RC4,Rabbit}.decrypt',
      'pkg:crypto-js/{aes,rabbit,rc4,tripledes}.decrypt',
      'pkg:{sjcl.decrypt,cryptr().decrypt,cryptr.decrypt,simple-crypto-js().decrypt,encryptjs.decrypt,tweetnacl.secretbox.open,eciesjs.decrypt}',
      'pkg:lz-string.{decompress,decompressFromBase64,decompressFromUTF16,decompressFromEncodedURIComponent}',
      'pkg:{lzma.decompress,lzutf8.decompress,smaz.decompress,shorter.decompress}',
    ],
    act: 'built-in',
    name: 'decipher.update',
  },
  {
    of: [
      '{global:crypto,node:crypto.webcrypto,node:crypto}.subtle.encrypt',
      'pkg:crypto-js.{AES,DES,TripleDES,RC4,Rabbit}.encrypt',
      'pkg:crypto-js/{aes,rabbit,rc4}.encrypt',
      'pkg:{tweetnacl.box,tweetnacl.secretbox,node-rsa.encrypt,openpgp.encrypt,eciesjs.encrypt,sealedbox.seal}',
    ],
    act: 'carry',
    hop: 'encrypted',
  },
  {
    of: ['node:crypto.{publicEncrypt,privateDecrypt,privateEncrypt,publicDecrypt}'],
    act: 'carry',
    hop: 'encrypted',
  },
  { of: ['node:crypto.{createHash,createHmac,createSign,createVerify}'], act: 'make', instance: 'digest' },
  {
    of: [
      'node:crypto.{randomBytes,randomUUID,randomInt,scryptSync,pbkdf2Sync,scrypt,pbkdf2,hash,createPrivateKey,sign,verify}',
      'digest.{digest,sign,verify,hex}',
      'pkg:{md5,sha1,sha256,object-hash,hash-sum}',
      'global:crypto.{randomUUID,getRandomValues}',
      'global:crypto.subtle.{digest,sign,verify}',
    ],
    act: 'clean',
  },
  { of: ['node:crypto.timingSafeEqual'], act: 'built-in', name: 'safe-equal' },
  {
    of: ['pkg:{bs58,bs58check,base-58,base58-js,@scure/base.base58}.{encode,decode}'],
    act: 'carry',
    hop: 'encoded',
  },
  {
    of: [
      'pkg:{js-base64,base64-js,lz-string,pako,fflate,msgpackr,protobufjs,qs,query-string,js-yaml,yaml,ini,dotenv}.{encode,decode,toBase64,fromBase64,compress,decompress,deflate,inflate,gzip,ungzip,stringify,parse,dump,load,pack,unpack}',
    ],
    act: 'carry',
    hop: 'encoded',
  },
  {
    of: [
      'global:Buffer.from',
      'global:Buffer',
      'global:Buffer.concat',
      'global:Buffer.{alloc,allocUnsafe}',
      'global:{Uint8Array,Uint16Array,Uint32Array,Int8Array,Int16Array,Int32Array,Uint8ClampedArray,Float32Array,Float64Array,BigInt64Array,BigUint64Array}',
      'global:{ArrayBuffer,SharedArrayBuffer,DataView}',
      'global:Uint8Array.from',
    ],
    act: 'built-in',
    name: 'Buffer',
  },
  { of: ['global:Atomics.{store,exchange,add,sub,or,xor,and}'], act: 'built-in', name: 'bytes.store' },
  { of: ['global:String.{fromCharCode,fromCodePoint}'], act: 'built-in', name: 'fromCharCode' },
  { of: ['global:String.raw'], act: 'carry' },
  {
    of: [
      'global:{parseInt,parseFloat,Number}',
      'global:Math.{floor,ceil,round,max,min,abs,pow,sqrt,trunc,sign,log2,imul}',
    ],
    act: 'built-in',
    name: 'number',
  },
  {
    of: [
      'global:Boolean',
      'global:Number.{isInteger,isSafeInteger,isFinite,isNaN}',
      'global:Array.isArray',
      'global:Object.{getOwnPropertySymbols,is,hasOwn,isFrozen,isSealed,isExtensible}',
    ],
    act: 'built-in',
    name: 'test',
  },
  {
    of: [
      'global:{isNaN,isFinite}',
      'global:Math.random',
      'global:performance.now',
      'node:util.{types,deprecate,isDeepStrictEqual,debuglog}',
      'global:console.{assert,time,timeEnd,group,groupEnd}',
    ],
    act: 'built-in',
    name: 'clean',
  },
  { of: ['global:console.{log,error,warn,info,debug,trace,table,dir}'], act: 'built-in', name: 'print' },
  { of: ['global:{Date,Date.now}'], act: 'guard', kind: 'time' },
  {
    of: ['global:Intl.DateTimeFormat', 'global:Intl.DateTimeFormat().resolvedOptions'],
    act: 'guard',
    kind: 'locale',
  },
]

/** A digest takes in whatever it is given and gives nothing of it away. */
export const digests: readonly Model[] = [
  { of: ['digest.{update,write,end,copy,setEncoding}'], act: 'fill', values: [] },
]

/** Archives: what is put in, by content or by path, comes out packed. */
export const archives: readonly Model[] = [
  {
    of: ['pkg:{archiver,jszip,zip-stream,tar-stream.pack,yazl.ZipFile,yauzl-promise,archiver.create}'],
    act: 'make',
    instance: 'archive',
  },
  {
    of: [
      'archive.{file,directory,glob,symlink,addLocalFile,addLocalFolder,addLocalFolderPromise,addFile,addBuffer,addReadStream,append,entry,folder}',
    ],
    act: 'built-in',
    name: 'archive.put',
  },
  {
    of: [
      'archive.{writeZip,writeZipPromise,toBuffer,toBufferPromise,generateAsync,generate,generateNodeStream}',
    ],
    act: 'built-in',
    name: 'archive.take',
  },
  { of: ['pkg:tar.{c,create}', 'pkg:tar/create'], act: 'built-in', name: 'archive.tar' },
  { of: ['pkg:adm-zip'], act: 'built-in', name: 'archive.open' },
  {
    of: [
      'archive.{extractAllTo,extractAllToAsync,extractEntryTo}',
      'pkg:{extract-zip,decompress,cross-zip.unzip,cross-zip.unzipSync,unzip-stream.Extract,unzipper.Extract,tar-fs.extract}',
      'pkg:tar.{x,extract}',
      'pkg:compressing.{zip,tar,tgz}.uncompress',
    ],
    act: 'built-in',
    name: 'archive.unpack',
  },
  { of: ['pkg:tar-fs.pack'], act: 'read', path: 0, gives: 'stream' },
  {
    of: [
      'pkg:{zip-folder,zip-a-folder.zip,zip-a-folder.tar,cross-zip.zip,cross-zip.zipSync,bestzip}',
      'pkg:compressing.{zip,tar,tgz,gzip}.{compressDir,compressFile}',
    ],
    act: 'copy',
    from: 0,
    to: 1,
  },
]

/** Streams: what flows in flows out. */
export const streams: readonly Model[] = [
  // Streams whose end is a function: what is poured into them, that gets.
  {
    of: [
      'pkg:{concat-stream,bl,through,through2,split2,simple-concat,stream-to-string,stream-to-promise,stream-collector,pull-stream-to-stream}',
      'pkg:{bl.BufferList,bl.BufferListStream,through2.obj,through2.ctor}',
    ],
    act: 'built-in',
    name: 'stream.collect',
  },
  { of: ['node:events.once', 'pkg:{p-event,p-event.pEvent,events-to-array}'], act: 'carry' },
  {
    of: ['node:stream.{pipeline,finished}', 'pkg:{pump,pumpify,stream-pipeline}'],
    act: 'built-in',
    name: 'pipeline',
  },
  {
    of: [
      '{global:,node:stream/web.}{ReadableStream,WritableStream,TransformStream,CompressionStream,DecompressionStream,TextEncoderStream,TextDecoderStream}',
    ],
    act: 'built-in',
    name: 'web-stream',
  },
  {
    of: [
      'node:stream.{Transform,Writable,Duplex,Readable,PassThrough}',
      'node:zlib.{createGzip,createGunzip,createDeflate,createInflate,createDeflateRaw,createInflateRaw,createUnzip,createBrotliCompress,createBrotliDecompress}',
    ],
    act: 'built-in',
    name: 'stream',
  },
  {
    of: ['node:stream.{Transform,Writable,Duplex,Readable,PassThrough}.{write,end}'],
    act: 'built-in',
    name: 'stream.write',
  },
  {
    of: ['node:stream.{Transform,Writable,Duplex,Readable,PassThrough}.push'],
    act: 'built-in',
    name: 'stream.push',
  },
  { of: ['node:stream.{Transform,Duplex,Readable,PassThrough}.read'], act: 'built-in', name: 'stream.read' },
  {
    of: ['node:stream.{Transform,Writable,Duplex,Readable,PassThrough}.{on,once,addListener}'],
    act: 'built-in',
    name: 'stream.on',
  },
  {
    of: [
      'node:stream.{Readable,Transform,PassThrough}.from',
      'node:stream/consumers.{text,json,buffer,arrayBuffer}',
    ],
    act: 'carry',
  },
]

/** The language itself, where values go in and out. */
export const language: readonly Model[] = [
  {
    of: ['global:Object.{keys,getOwnPropertyNames}', 'global:Reflect.ownKeys'],
    act: 'built-in',
    name: 'Object.keys',
  },
  { of: ['global:Object.values'], act: 'built-in', name: 'Object.values' },
  { of: ['global:Object.{entries,fromEntries}'], act: 'built-in', name: 'Object.entries' },
  {
    of: [
      'global:Object.assign',
      'pkg:{lodash,lodash.merge,deepmerge,extend,object-assign,xtend}',
      'pkg:lodash.{assign,merge,extend,defaults}',
      'pkg:tslib.__assign',
      'node:util._extend',
    ],
    act: 'built-in',
    name: 'Object.assign',
  },
  {
    of: [
      'global:Object.{freeze,seal,preventExtensions}',
      'global:Object',
      'pkg:{pify,util.promisify}',
      'pkg:co.wrap',
      'pkg:bluebird.{coroutine,method}',
      'pkg:tslib.{__importStar,__importDefault,__rest,__read,__values}',
      'pkg:@babel/runtime/helpers/{interopRequireDefault,interopRequireWildcard}',
      'global:structuredClone',
      'global:Promise.{resolve,all,allSettled,race,any}',
      'global:Array.from',
      'global:{Array.of,Array}',
      'global:Object.getOwnPropertyDescriptors',
    ],
    act: 'built-in',
    name: 'identity',
  },
  { of: ['global:RegExp'], act: 'built-in', name: 'RegExp' },
  {
    of: ['pkg:lodash.get', 'pkg:lodash/get', 'pkg:{lodash.get,dot-prop.get,get-value}'],
    act: 'built-in',
    name: 'member by path',
  },
  { of: ['pkg:tslib.__exportStar'], act: 'built-in', name: 'exportStar' },
  { of: ['node:util.promisify'], act: 'built-in', name: 'promisify' },
  { of: ['node:util.callbackify'], act: 'built-in', name: 'callbackify' },
  { of: ['global:{CustomEvent,Event,MessageEvent}'], act: 'built-in', name: 'event' },
  { of: ['global:Object.create'], act: 'built-in', name: 'Object.create' },
  {
    of: ['global:Object.getPrototypeOf', 'global:Reflect.getPrototypeOf'],
    act: 'built-in',
    name: 'getPrototypeOf',
  },
  {
    of: ['global:Object.{defineProperty,defineProperties}', 'global:Reflect.defineProperty'],
    act: 'built-in',
    name: 'Object.defineProperty',
  },
  {
    of: ['global:Object.{setPrototypeOf}', 'node:util.inherits', 'pkg:inherits', 'pkg:tslib.__extends'],
    act: 'built-in',
    name: 'inherit',
  },
  {
    of: ['global:Object.getOwnPropertyDescriptor'],
    act: 'built-in',
    name: 'Object.getOwnPropertyDescriptor',
  },
  { of: ['global:{Symbol,Symbol.for}'], act: 'built-in', name: 'symbol' },
  { of: ['global:Promise'], act: 'built-in', name: 'Promise' },
  { of: ['global:Promise.reject'], act: 'built-in', name: 'Promise.reject' },
  { of: ['global:Reflect.apply'], act: 'built-in', name: 'Reflect.apply' },
  { of: ['global:Reflect.construct'], act: 'built-in', name: 'Reflect.construct' },
  { of: ['global:Reflect.get'], act: 'built-in', name: 'Reflect.get' },
  { of: ['global:Reflect.set'], act: 'built-in', name: 'Reflect.set' },
  { of: ['global:Proxy'], act: 'built-in', name: 'Proxy' },
  { of: ['global:{Map,Set,WeakMap,WeakSet}'], act: 'built-in', name: 'collection' },
  { of: ['node:url.resolve'], act: 'built-in', name: 'url.resolve' },
  { of: ['global:URL', 'node:url.{URL,parse}', 'pkg:whatwg-url.URL'], act: 'built-in', name: 'URL' },
  { of: ['url.{set,append}'], act: 'fill', values: [0, 1] },
  { of: ['global:Promise.withResolvers'], act: 'built-in', name: 'withResolvers' },
  { of: ['node:url.format'], act: 'built-in', name: 'url.format' },
]
