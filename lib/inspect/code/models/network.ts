import type { Model } from './model.ts'

/** Clients of a service that has one address for everybody: what it answers is what the owner of the account put there. */
function kept(at: string, ...names: readonly string[]): readonly Model[] {
  return [
    { of: names.map(name => `pkg:${name}`), act: 'contact', account: 0, hears: true, at, gives: 'store' },
  ]
}

/** Bots: what they hear, anybody in a chat may have said. */
function chat(at: string, ...names: readonly string[]): readonly Model[] {
  return [{ of: names.map(name => `pkg:${name}`), act: 'contact', hears: true, at, gives: 'store' }]
}

/** HTTP clients: where to, what with, and what comes back. */
export const httpClients: readonly Model[] = [
  {
    of: ['node:{http,https}.{request,get}', 'node:http.ClientRequest'],
    act: 'contact',
    dest: 0,
    options: [0, 1],
    gives: 'request',
  },
  { of: ['node:http2.connect'], act: 'contact', dest: 0, options: [1], gives: 'session' },
  { of: ['session.request'], act: 'built-in', name: 'session.request' },
  {
    of: [
      'global:fetch',
      'pkg:{node-fetch,cross-fetch,isomorphic-fetch,undici,unfetch,minipass-fetch,make-fetch-happen,node-fetch-native,ofetch,whatwg-fetch}',
      'pkg:{undici,cross-fetch,node-fetch,node-fetch-native,ofetch}.{fetch,request}',
      'pkg:ofetch.ofetch',
      'global:$fetch',
    ],
    act: 'contact',
    dest: 0,
    options: [0, 1],
    gives: 'response',
  },
  { of: ['pkg:electron.net.request'], act: 'contact', dest: 0, options: [0], gives: 'request' },
  { of: ['pkg:electron.net.fetch'], act: 'contact', dest: 0, options: [1], gives: 'response' },
  { of: ['pkg:undici.{stream,pipeline}'], act: 'built-in', name: 'request.into' },
  { of: ['global:Request'], act: 'built-in', name: 'Request' },
  { of: ['pkg:undici.setGlobalDispatcher'], act: 'built-in', name: 'dispatcher' },
  { of: ['pkg:undici.{Client,Pool}'], act: 'contact', dest: 0, gives: 'session' },
  { of: ['pkg:axios', 'pkg:axios.request'], act: 'contact', dest: 0, options: [0, 1], gives: 'response' },
  { of: ['pkg:axios.{get,delete,head,options}'], act: 'contact', dest: 0, options: [1], gives: 'response' },
  {
    of: ['pkg:axios.{post,put,patch,postForm,putForm,patchForm}'],
    act: 'contact',
    dest: 0,
    payload: [1],
    options: [2],
    gives: 'response',
  },
  { of: ['pkg:axios.{create,Axios}'], act: 'built-in', name: 'client' },
  { of: ['pkg:axios.{default,create(),Axios()}'], act: 'alias', to: 'pkg:axios' },
  {
    of: [
      'pkg:{got,ky,phin,simple-get,tiny-json-http}',
      'pkg:{got,ky}.{get,post,put,patch,delete,head,stream,got}',
      'pkg:simple-get.{concat,get,post}',
    ],
    act: 'contact',
    dest: 0,
    options: [0, 1],
    gives: 'response',
  },
  {
    of: [
      'pkg:{got,ky}.{extend,create,default}',
      'pkg:{got,ky}.{extend,create}()',
      'pkg:ofetch.{ofetch,$fetch}.create',
      'pkg:{request,request-promise,request-promise-native,postman-request}.defaults',
      'global:$fetch.create',
      'client.{extend,create}',
    ],
    act: 'built-in',
    name: 'client',
  },
  {
    of: ['client.{get,post,put,patch,delete,head,options,request,stream,postForm,putForm,patchForm,raw}'],
    act: 'built-in',
    name: 'client.call',
  },
  {
    of: [
      'pkg:{request,request-promise,request-promise-native,postman-request,@cypress/request,@cypress/request-promise}',
      'pkg:{request,request-promise,request-promise-native,postman-request,@cypress/request,@cypress/request-promise}.{get,post,put,patch,delete,head,del}',
    ],
    act: 'contact',
    dest: 0,
    options: [0, 1],
    gives: 'request',
  },
  { of: ['pkg:{centra,@aero/centra,petitio}'], act: 'contact', dest: 0, gives: 'request' },
  { of: ['pkg:teeny-request.teenyRequest'], act: 'contact', options: [0], gives: 'response' },
  { of: ['{pkg:axios,client}.interceptors.request.use'], act: 'built-in', name: 'axios.use' },
  { of: ['{pkg:axios,client}.interceptors.response.use'], act: 'built-in', name: 'axios.hear' },
  { of: ['requests.interceptors.{request,response}.use'], act: 'built-in', name: 'axios.see' },
  {
    of: ['pkg:{download,@xhmikosr/downloader,npm-registry-fetch}', 'pkg:npm-registry-fetch.json'],
    act: 'contact',
    dest: 0,
    options: [1, 2],
    gives: 'response',
  },
  // Installers of large programs know their own addresses unless they are told others.
  {
    of: [
      'pkg:@electron/get.{download,downloadArtifact}',
      'pkg:@puppeteer/browsers.{install,canDownload}',
      'pkg:@vscode/test-electron.{downloadAndUnzipVSCode,download}',
    ],
    act: 'contact',
    gives: 'response',
  },
  { of: ['pkg:node-downloader-helper.DownloaderHelper'], act: 'contact', dest: 0, gives: 'response' },
  // Modules and scripts by their address.
  {
    of: [
      'pkg:{import-http,require-from-url,require-from-url/sync,require-url,scriptjs,loadjs,little-loader,load-script,fetch-inject}',
      'pkg:{systemjs.import,systemjs.System.import,load-script2}',
    ],
    act: 'load',
    target: 0,
    native: false,
  },
  // Content, switches and settings that somebody keeps for a program: what they hold can change at any time.
  {
    of: [
      'pkg:{@sanity/client.createClient,prismic-javascript,unleash-client.initialize,@vercel/edge-config.createClient,@upstash/qstash.Client}',
    ],
    act: 'contact',
    dest: 0,
    options: [0],
    account: 0,
    hears: true,
    gives: 'store',
  },
  ...kept('https://cdn.contentful.com', 'contentful.createClient'),
  ...kept('https://api.storyblok.com', 'storyblok-js-client'),
  ...kept(
    'https://sdk.launchdarkly.com',
    '{launchdarkly-node-server-sdk,@launchdarkly/node-server-sdk}.init',
  ),
  ...kept('https://cdn-global.configcat.com', 'configcat-node.getClient'),
  ...kept(
    'https://firebaseremoteconfig.googleapis.com',
    'firebase-admin.remoteConfig',
    'firebase/remote-config.getRemoteConfig',
  ),
  ...kept('https://docs.google.com', '{public-google-sheets-parser,tabletop.init,gsheets}'),
  // Between machines that find each other by a key: whoever has it may answer.
  {
    of: ['pkg:{hyperswarm,hyperdht,webtorrent,simple-peer,peerjs,peerjs.Peer,bittorrent-protocol,orbit-db}'],
    act: 'contact',
    hears: true,
    gives: 'store',
  },
  // What brings repositories and packages by their names, into the folder that is named beside.
  {
    of: [
      'pkg:{degit,tiged,gittar.fetch,git-clone,git-clone/promise,download-git-repo,giget.downloadTemplate}',
      'pkg:{nodegit.Clone,nodegit.Clone.clone}',
    ],
    act: 'contact',
    hears: true,
    at: 'https://github.com',
    gives: 'store',
  },
  {
    of: [
      'pkg:pacote.{extract,tarball,tarball.file,tarball.stream}',
      'pkg:{download-npm-package,npm-download}',
    ],
    act: 'contact',
    at: 'https://registry.npmjs.org',
    gives: 'response',
  },
  // Made for one address, with methods of its own or none: whatever is passed on is sent there.
  {
    of: [
      'pkg:{bent,wretch}',
      'pkg:undici.{Client,Pool,BalancedPool}',
      'pkg:graphql-request.GraphQLClient',
      'pkg:{jayson/promise,jayson}.client.{http,https}',
    ],
    act: 'contact',
    dest: 0,
    options: [1],
    gives: 'store',
  },
  { of: ['pkg:{@actions/http-client,typed-rest-client}.HttpClient'], act: 'contact', gives: 'web-client' },
  {
    of: ['web-client.{postJson,putJson,patchJson,post,put,patch,sendStream}'],
    act: 'contact',
    dest: 0,
    payload: [1],
    gives: 'response',
  },
  { of: ['web-client.{get,getJson,del,request}'], act: 'contact', dest: 0, options: [1], gives: 'response' },
  { of: ['pkg:graphql-request.request'], act: 'contact', dest: 0, payload: [1, 2], gives: 'response' },
  { of: ['pkg:superagent.{agent,agent()}'], act: 'alias', to: 'pkg:superagent' },
  { of: ['pkg:needle'], act: 'contact', dest: 1, payload: [2], options: [3], gives: 'response' },
  { of: ['pkg:needle.{get,head}'], act: 'contact', dest: 0, options: [1], gives: 'response' },
  {
    of: ['pkg:needle.{post,put,patch,delete}'],
    act: 'contact',
    dest: 0,
    payload: [1],
    options: [2],
    gives: 'response',
  },
  {
    of: ['pkg:superagent.{get,post,put,patch,delete,del,head}', 'pkg:superagent'],
    act: 'contact',
    dest: 0,
    payload: [1],
    gives: 'request',
  },
  { of: ['global:navigator.sendBeacon'], act: 'contact', dest: 0, payload: [1], gives: 'response' },
  {
    of: ['global:XMLHttpRequest', 'pkg:xmlhttprequest.XMLHttpRequest', 'pkg:xhr2'],
    act: 'make',
    instance: 'xhr',
  },
  { of: ['xhr.open'], act: 'built-in', name: 'xhr.open' },
  { of: ['xhr.send'], act: 'send', payload: [0] },
  { of: ['xhr.setRequestHeader'], act: 'fill', values: [1] },
  {
    of: ['request.{write,end,send,field,attach,form,json,query,multipart,body}'],
    act: 'send',
    payload: [0, 1],
  },
  { of: ['request.{setHeader,set,auth,type}'], act: 'send', payload: [0, 1], role: 'header' },
  { of: ['request-options.{set,append}'], act: 'send', payload: [0, 1], role: 'header' },
  {
    of: ['global:{$,jQuery}.{ajax,post,get,getJSON}'],
    act: 'contact',
    dest: 0,
    payload: [1],
    options: [0],
    gives: 'response',
  },
  { of: ['global:{EventSource,WebTransport}', 'pkg:eventsource'], act: 'contact', dest: 0, gives: 'socket' },
  { of: ['global:importScripts'], act: 'load', target: 0, native: false },
  {
    of: [
      'global:{FormData,URLSearchParams,Headers,Blob,File}',
      'pkg:form-data',
      'node:url.URLSearchParams',
      'node:buffer.Blob',
      'pkg:formdata-node.{FormData,File,Blob}',
      'pkg:undici.{FormData,Headers}',
    ],
    act: 'built-in',
    name: 'bag',
  },
  {
    of: [
      'node:http.createServer',
      'node:https.createServer',
      'node:net.createServer',
      'node:http2.{createServer,createSecureServer}',
      'node:tls.createServer',
      'node:{http,https,net}.Server',
      'global:{Bun,Deno}.serve',
    ],
    act: 'built-in',
    name: 'server',
  },
  {
    of: [
      'pkg:{express,fastify,koa,polka,connect,restify.createServer,@hapi/hapi.server,@hapi/hapi.Server,micro,tinyhttp.App}',
      'pkg:{express.Router,hono.Hono,h3.createApp,itty-router.Router,koa-router,@koa/router,find-my-way,fastify.fastify,elysia.Elysia,@oak/oak.Application,@oak/oak.Router}',
      'pkg:{ws.Server,ws.WebSocketServer,ws.WebSocket.Server,socket.io,socket.io.Server,websocket.server}',
    ],
    act: 'built-in',
    name: 'application',
  },
  {
    of: [
      'pkg:h3.{defineEventHandler,eventHandler,defineRequestMiddleware}',
      'global:{defineEventHandler,eventHandler,defineCachedEventHandler}',
    ],
    act: 'built-in',
    name: 'handler',
  },
  {
    of: ['{pkg:h3.,global:}{getHeaders,getRequestHeaders,getHeader,getRequestHeader}'],
    act: 'built-in',
    name: 'headers',
  },
  {
    of: [
      'global:Response',
      'global:Response.json',
      'pkg:next/server.NextResponse',
      'pkg:next/server.NextResponse.json',
    ],
    act: 'built-in',
    name: 'Response',
  },
  {
    of: [
      '{server,datagram}.{on,once,addListener}',
      'server.{prependListener,use,get,post,put,patch,delete,del,all,head,options,route,register,addHook,onRequest,onBeforeHandle,onAfterHandle,onTransform,onParse,derive,resolve,guard}',
    ],
    act: 'built-in',
    name: 'server.on',
  },
]

/** Sockets, mail, queues and names. */
export const sockets: readonly Model[] = [
  {
    of: ['node:{net,tls}.{connect,createConnection}'],
    act: 'contact',
    dest: 0,
    options: [0],
    host: true,
    gives: 'socket',
  },
  { of: ['node:{net,tls}.{Socket,TLSSocket}'], act: 'make', instance: 'socket' },
  // Servers that lead two browsers to each other are signed in to, and asked, before there is another browser.
  { of: ['global:RTCPeerConnection'], act: 'contact', payload: [0], gives: 'peer' },
  { of: ['peer.createDataChannel'], act: 'make', instance: 'socket' },
  { of: ['socket.connect'], act: 'built-in', name: 'socket.connect' },
  { of: ['socket.forwardIn'], act: 'does', line: 'ssh -R' },
  { of: ['socket.{write,end,send,emit,publish,request}'], act: 'send', payload: [0, 1, 2] },
  {
    of: [
      'pkg:{ws,isomorphic-ws,websocket,faye-websocket,socket.io-client,engine.io-client,reconnecting-websocket}',
      'pkg:ws.WebSocket',
      'pkg:socket.io-client.{io,connect,Manager}',
      'pkg:mqtt.{connect}',
      'pkg:sockjs-client',
      'pkg:undici.WebSocket',
    ],
    act: 'contact',
    dest: 0,
    options: [1, 2],
    gives: 'socket',
  },
  // The protocols it asks for are a header of the request.
  { of: ['global:WebSocket'], act: 'contact', dest: 0, payload: [1], gives: 'socket' },
  { of: ['node:dgram.{createSocket,Socket}'], act: 'make', instance: 'datagram' },
  { of: ['datagram.send'], act: 'built-in', name: 'datagram.send' },
  {
    of: [
      'node:dns.{lookup,resolve,resolve4,resolve6,resolveTxt,resolveAny,resolveMx,resolveNs,resolveSrv,resolveCname,resolveSoa,reverse}',
    ],
    act: 'resolve',
    name: 0,
  },
  { of: ['node:dns.Resolver'], act: 'make', instance: 'resolver' },
  {
    of: [
      'resolver.{resolve,resolve4,resolve6,resolveTxt,resolveAny,resolveMx,resolveNs,resolveSrv,resolveCname,resolveSoa,reverse}',
    ],
    act: 'resolve',
    name: 0,
  },
  { of: ['node:dns.getServers', 'resolver.getServers'], act: 'source', kind: 'host', name: 'dns.getServers' },
  { of: ['pkg:nodemailer.createTransport'], act: 'contact', options: [0], account: 0, gives: 'mailer' },
  { of: ['mailer.sendMail'], act: 'send', payload: [0] },
  { of: ['pkg:ssh2.Client', 'pkg:node-ssh.NodeSSH'], act: 'make', instance: 'socket' },
  {
    of: ['socket.{exec,shell,sftp,subsystem,forwardOut,execCommand,requestShell,requestSFTP}'],
    act: 'built-in',
    name: 'socket.channel',
  },
  {
    of: ['socket.{putFile,putFiles,putDirectory,fastPut,writeFile,appendFile,createWriteStream}'],
    act: 'send',
    payload: [0, 1, 2],
  },
  {
    of: ['pkg:discord.js.Client', 'pkg:{eris,oceanic.js,discord.io}.{Client,CommandClient}', 'pkg:eris'],
    act: 'contact',
    hears: true,
    at: 'https://discord.com',
    gives: 'store',
  },
  {
    of: ['pkg:{irc-framework,irc,irc-upd}.Client', 'pkg:tmi.js.Client', 'pkg:matrix-bot-sdk.MatrixClient'],
    act: 'contact',
    dest: 0,
    options: [0],
    hears: true,
    gives: 'store',
  },
  ...chat('https://slack.com', '@slack/bolt.App', '@slack/{socket-mode.SocketModeClient,rtm-api.RTMClient}'),
  ...chat(
    'https://web.whatsapp.com',
    'whatsapp-web.js.Client',
    '{@whiskeysockets/baileys,baileys}',
    '{@whiskeysockets/baileys,baileys}.makeWASocket',
  ),
  {
    of: ['pkg:{matrix-js-sdk.createClient,@xmpp/client.client,simple-xmpp,@twurple/chat.ChatClient}'],
    act: 'contact',
    dest: 0,
    options: [0],
    hears: true,
    gives: 'store',
  },
  { of: ['messenger.{on,once,addListener}'], act: 'send', payload: [] },
  {
    of: ['pkg:discord.js.WebhookClient'],
    act: 'contact',
    options: [0],
    account: 0,
    at: 'https://discord.com',
    gives: 'messenger',
  },
  { of: ['messenger.{sendMessage,sendDocument,sendPhoto,send}'], act: 'send', payload: [0, 1, 2] },
]
