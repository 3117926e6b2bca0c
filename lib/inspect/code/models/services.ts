import type { Model } from './model.ts'

/** Services that keep what they are told for whoever has the key. */
function told(at: string, ...names: readonly string[]): readonly Model[] {
  return [
    { of: names.map(name => `pkg:${name}`), act: 'contact', options: [0], project: 0, at, gives: 'store' },
  ]
}

/**
 * Clients of databases, queues, buckets, chat rooms and repositories: whatever is passed to a method of one, however
 * deep (`client.db('x').collection('y').insertOne(…)`), is sent to where it was opened.
 */
export const stores: readonly Model[] = [
  {
    of: [
      'pkg:{ioredis,redis}',
      'pkg:{ioredis.Redis,redis.createClient,ioredis.Cluster,@upstash/redis.Redis}',
      'pkg:mongodb.{MongoClient,connect}',
      'pkg:mongodb.MongoClient.connect',
      'pkg:mongoose.{connect,createConnection}',
      'pkg:pg.{Client,Pool}',
      'pkg:{postgres,serverless-mysql}',
      'pkg:{mysql,mysql2,mysql2/promise}.{createConnection,createPool}',
      'pkg:{basic-ftp,ssh2-sftp-client,ftp}',
      'pkg:basic-ftp.Client',
      'pkg:@elastic/elasticsearch.Client',
      'pkg:{pusher,ably.Rest}',
    ],
    act: 'contact',
    dest: 0,
    options: [0],
    account: 0,
    gives: 'store',
  },
  // Whoever is allowed to put something into a queue is heard by all who listen to it.
  {
    of: [
      'pkg:{amqplib.connect,nats.connect,kafkajs.Kafka,stompit.connect,ably.Realtime,pusher-js}',
      'pkg:{imap,imapflow.ImapFlow,@supabase/supabase-js.createClient}',
    ],
    act: 'contact',
    dest: 0,
    options: [0],
    account: 0,
    hears: true,
    gives: 'store',
  },
  {
    of: [
      'pkg:@aws-sdk/client-{s3,sqs,sns,dynamodb}.{S3Client,S3,SQSClient,SNSClient,DynamoDBClient}',
      'pkg:@aws-sdk/client-{sqs.SQS,sns.SNS,dynamodb.DynamoDB,kinesis.Kinesis,lambda.Lambda,ses.SES,firehose.Firehose}',
      'pkg:@aws-sdk/client-{ses.SESClient,lambda.LambdaClient,kinesis.KinesisClient,firehose.FirehoseClient}',
      'pkg:@aws-sdk/client-{eventbridge.EventBridgeClient,sfn.SFNClient,cloudwatch-logs.CloudWatchLogsClient,sesv2.SESv2Client}',
      'pkg:@aws-sdk/client-iot-data-plane.IoTDataPlaneClient',
      'pkg:@aws-sdk/lib-dynamodb.{DynamoDBDocumentClient,DynamoDBDocument}.from',
      'pkg:aws-sdk.{S3,SQS,SNS,DynamoDB,SES,Lambda,Kinesis,Firehose,EventBridge,StepFunctions,CloudWatchLogs}',
      'pkg:@google-cloud/{storage.Storage,pubsub.PubSub,logging.Logging,tasks.CloudTasksClient}',
      'pkg:minio.Client',
    ],
    act: 'contact',
    options: [0],
    account: 0,
    at: 'https://cloud-storage.amazonaws.com',
    gives: 'store',
  },
  { of: ['pkg:discord.js.{AttachmentBuilder,MessageAttachment,EmbedBuilder}'], act: 'carry' },
  {
    of: ['pkg:{@octokit/rest,octokit,@octokit/core}.Octokit', 'pkg:@actions/github.getOctokit'],
    act: 'contact',
    options: [0],
    account: 0,
    hears: true,
    at: 'https://api.github.com',
    gives: 'store',
  },
  // Drivers of browsers bring a client of their own.
  {
    of: ['pkg:{@playwright/test,playwright,playwright-core}.request.newContext'],
    act: 'contact',
    options: [0],
    gives: 'store',
  },
  {
    of: ['pkg:@slack/web-api.WebClient'],
    act: 'contact',
    account: 0,
    at: 'https://slack.com',
    gives: 'store',
  },
  {
    of: ['pkg:@slack/webhook.IncomingWebhook', 'pkg:slack-node'],
    act: 'contact',
    dest: 0,
    account: 0,
    at: 'https://slack.com',
    gives: 'store',
  },
  {
    of: [
      'pkg:node-telegram-bot-api',
      'pkg:telegraf',
      'pkg:telegraf.{Telegraf,Telegram}',
      'pkg:grammy.{Bot,Api}',
      'pkg:telebot',
      'pkg:slimbot',
    ],
    act: 'contact',
    hears: true,
    account: 0,
    at: 'https://api.telegram.org',
    gives: 'store',
  },
  {
    of: [
      'pkg:{firebase/firestore,@firebase/firestore,firebase/firestore/lite}.{getDoc,getDocs,onSnapshot}',
      'pkg:{firebase/database,@firebase/database}.{get,onValue,onChildAdded}',
    ],
    act: 'contact',
    at: 'https://firestore.googleapis.com',
    gives: 'response',
  },
  {
    of: [
      'pkg:{firebase/firestore,@firebase/firestore,firebase/firestore/lite}.{addDoc,setDoc,updateDoc}',
      'pkg:{firebase/database,@firebase/database}.{set,push,update}',
      'pkg:{firebase/storage,@firebase/storage}.{uploadBytes,uploadString}',
    ],
    act: 'contact',
    payload: [1],
    at: 'https://firestore.googleapis.com',
    gives: 'response',
  },
  {
    of: [
      'pkg:firebase-admin.{database,firestore,storage}',
      'pkg:firebase-admin/{database.getDatabase,firestore.getFirestore,storage.getStorage}',
    ],
    act: 'contact',
    at: 'https://firestore.googleapis.com',
    gives: 'store',
  },
  {
    of: [
      'store.{dropDatabase,dropCollection,dropSchema,dropAllSchemas,dropAllTables,flushall,flushdb,flushAll,flushDb,FLUSHALL,FLUSHDB}',
      'store.{deleteMany,remove}',
      'pkg:mongoose.connection.{dropDatabase,db.dropDatabase,useDb().dropDatabase,useDb().db.dropDatabase}',
      'pkg:mongoose.connection.db.{dropCollection,collection().deleteMany,collection().drop}',
      'pkg:@aws-sdk/client-{s3.DeleteBucketCommand,s3.DeleteObjectsCommand,dynamodb.DeleteTableCommand,ec2.TerminateInstancesCommand,rds.DeleteDBInstanceCommand}',
      'database.{dropAllSchemas,dropDatabase,dropSchema,drop}',
    ],
    act: 'built-in',
    name: 'store.empty',
  },
  // Clients of remote procedures are made from definitions; the address comes with each.
  {
    of: [
      'pkg:{@grpc/grpc-js,grpc}.{loadPackageDefinition,makeGenericClientConstructor,makeClientConstructor}',
    ],
    act: 'contact',
    hears: true,
    gives: 'store',
  },
  // Sheets, pages and boards that several people write in.
  {
    of: [
      'pkg:googleapis.google.{sheets,docs,drive,gmail,calendar}',
      'pkg:@googleapis/{sheets.sheets,docs.docs,drive.drive,gmail.gmail,calendar.calendar}',
      'pkg:google-spreadsheet.GoogleSpreadsheet',
    ],
    act: 'contact',
    hears: true,
    at: 'https://www.googleapis.com',
    gives: 'store',
  },
  {
    of: ['pkg:@notionhq/client.Client'],
    act: 'contact',
    account: 0,
    hears: true,
    at: 'https://api.notion.com',
    gives: 'store',
  },
  {
    of: ['pkg:{airtable,airtable.base}'],
    act: 'contact',
    account: 0,
    hears: true,
    at: 'https://api.airtable.com',
    gives: 'store',
  },
  // Services that send mails and messages: with a key in the code they are the author's.
  {
    of: ['pkg:@sendgrid/mail.{send,sendMultiple}'],
    act: 'contact',
    payload: [0],
    at: 'https://api.sendgrid.com',
    gives: 'response',
  },
  {
    of: ['pkg:{resend.Resend,postmark.ServerClient,mailersend.MailerSend,mailtrap.MailtrapClient}'],
    act: 'contact',
    account: 0,
    at: 'https://api.resend.com',
    gives: 'store',
  },
  {
    of: ['pkg:twilio', 'pkg:twilio.Twilio'],
    act: 'contact',
    account: 1,
    at: 'https://api.twilio.com',
    gives: 'store',
  },
  // Who counts what users do or collects errors: what is told them of a program's users is what they are for. With a key
  // in the code they tell the author.
  {
    of: [
      'pkg:posthog-node.PostHog',
      'pkg:{posthog-js,posthog-js.posthog}.init',
      'pkg:posthog-js/lite.PostHog',
    ],
    act: 'contact',
    options: [1],
    project: 0,
    at: 'https://posthog.com',
    gives: 'store',
  },
  {
    of: [
      'pkg:{@segment/analytics-node.Analytics,@segment/analytics-node,analytics-node}',
      'pkg:@segment/analytics-next.AnalyticsBrowser.load',
      'pkg:@rudderstack/rudder-sdk-node',
    ],
    act: 'contact',
    options: [1],
    project: 0,
    at: 'https://api.segment.io',
    gives: 'store',
  },
  {
    of: ['pkg:{mixpanel.init,mixpanel.Mixpanel.init,mixpanel-browser.init}'],
    act: 'contact',
    options: [1],
    project: 0,
    at: 'https://api.mixpanel.com',
    gives: 'store',
  },
  {
    of: [
      'pkg:{@amplitude/analytics-node.init,@amplitude/node.init}',
      'pkg:{@amplitude/analytics-browser.init,@amplitude/unified.initAll}',
    ],
    act: 'contact',
    options: [1],
    project: 0,
    at: 'https://api.amplitude.com',
    gives: 'store',
  },
  ...told('https://logs.logrocket.io', 'logrocket.init'),
  ...told(
    'https://browser-intake.datadoghq.com',
    '@datadog/browser-rum.datadogRum.init',
    '@datadog/browser-logs.datadogLogs.init',
  ),
  ...told('https://api.rollbar.com', 'rollbar', 'rollbar.init'),
  ...told(
    'https://notify.bugsnag.com',
    '{@bugsnag/js,@bugsnag/node,@bugsnag/browser}.start',
    '{@bugsnag/js,@bugsnag/node}.createClient',
  ),
  ...told('https://api.honeybadger.io', '{@honeybadger-io/js,honeybadger}.configure'),
  ...told('https://api.raygun.io', 'raygun.Client().init'),
  ...told('https://in.logs.betterstack.com', '{@logtail/node,@logtail/browser,@logtail/edge}.Logtail'),
  ...told('https://api.axiom.co', '@axiomhq/js.{Axiom,AxiomWithoutBatching}'),
  ...told('https://logs-01.loggly.com', 'loggly.createClient', 'node-loggly-bulk.createClient'),
  ...told('https://api.statsig.com', '{statsig-node,statsig-js}.initialize'),
  ...told(
    'https://dc.services.visualstudio.com',
    'applicationinsights.setup',
    'applicationinsights.TelemetryClient',
  ),
  ...told('https://otel.highlight.io', '{@highlight-run/node,highlight.run}.H.init'),
  ...told('https://edge.fullstory.com', '@fullstory/browser.init'),
  ...told('https://api.lightstep.com', 'libhoney'),
  {
    of: ['pkg:{dropbox.Dropbox,@pinata/sdk,nft.storage.NFTStorage,web3.storage.Web3Storage}'],
    act: 'contact',
    options: [1],
    at: 'https://api.dropboxapi.com',
    gives: 'store',
  },
  {
    of: [
      'pkg:@azure/storage-blob.{BlobServiceClient,ContainerClient,BlockBlobClient,BlobServiceClient.fromConnectionString}',
      'pkg:{webdav.createClient,ipfs-http-client.create}',
    ],
    act: 'contact',
    dest: 0,
    options: [0],
    gives: 'store',
  },
  // Mail and pictures through a service: the key in the code is the author's.
  {
    of: ['pkg:{mailgun-js,mailgun.js().client,nodemailer-mailgun-transport}'],
    act: 'contact',
    account: 0,
    at: 'https://api.mailgun.net',
    gives: 'store',
  },
  {
    of: ['pkg:sib-api-v3-sdk.TransactionalEmailsApi'],
    act: 'contact',
    account: 0,
    at: 'https://api.brevo.com',
    gives: 'store',
  },
  {
    of: ['pkg:{@emailjs/nodejs,@emailjs/browser,emailjs-com}.send'],
    act: 'contact',
    payload: [2],
    at: 'https://api.emailjs.com',
    gives: 'response',
  },
  {
    of: ['pkg:cloudinary.{v2.uploader.upload,uploader.upload}'],
    act: 'contact',
    payload: [0, 1],
    at: 'https://api.cloudinary.com',
    gives: 'response',
  },
  { of: ['store.*'], act: 'send', payload: [0, 1, 2, 3] },
  {
    of: [
      'pkg:{knex,sequelize}',
      'pkg:sequelize.Sequelize',
      'pkg:typeorm.{DataSource,getConnection,getManager,createConnection}',
      'pkg:@prisma/client.PrismaClient',
      'pkg:mysql2.createConnectionPromise',
    ],
    act: 'built-in',
    name: 'database',
  },
  {
    of: ['database.{query,raw,execute,$executeRaw,$executeRawUnsafe,$queryRawUnsafe}'],
    act: 'built-in',
    name: 'statement',
  },
]

/** What somebody is asked for, and what a chain answers. */
export const answers: readonly Model[] = [
  {
    of: [
      'pkg:{prompts,enquirer,inquirer,prompt,prompt-sync,read,promptly,password-prompt,readline-sync}',
      'pkg:{inquirer,enquirer}.prompt',
      'pkg:enquirer.{Input,Password}',
      'pkg:prompts.prompts',
      'pkg:{@inquirer/prompts,@clack/prompts}.{input,password,text,confirm,select,editor}',
      'pkg:@inquirer/{input,password}',
      'pkg:readline-sync.{question,prompt,questionNewPassword}',
      'pkg:read.read',
      'asking.question',
    ],
    act: 'built-in',
    name: 'ask',
  },
  // Wallets a program makes: their keys were never anybody's parameter. `()` tells them from the caller's.
  {
    of: [
      'pkg:@solana/web3.js.Keypair.generate',
      'pkg:ethers.{Wallet,ethers.Wallet,HDNodeWallet}.createRandom',
      'pkg:xrpl.Wallet.generate',
      'pkg:viem/accounts.generatePrivateKey',
      'pkg:@mysten/sui/keypairs/ed25519.Ed25519Keypair.generate',
    ],
    act: 'source',
    kind: 'caller-secret',
    name: 'keypair()',
  },
  {
    of: ['pkg:{bip39,@scure/bip39}.generateMnemonic', 'pkg:viem/accounts.generateMnemonic'],
    act: 'source',
    kind: 'caller-secret',
    name: 'mnemonic()',
  },
  // What a component keeps is what was typed into it.
  { of: ['pkg:{react,preact/hooks}.{useState,useReducer}'], act: 'source', kind: 'caller', name: 'state' },
  { of: ['pkg:@solana/web3.js.PublicKey'], act: 'built-in', name: 'identity' },
  // What a component keeps is the object it was made of.
  {
    of: ['pkg:{vue,@vue/reactivity}.{reactive,shallowReactive,readonly,shallowReadonly,toRaw,markRaw}'],
    act: 'built-in',
    name: 'identity',
  },
  { of: ['node:readline.createInterface'], act: 'built-in', name: 'readline' },
  {
    of: [
      'pkg:ethers.{Contract,JsonRpcProvider,WebSocketProvider,InfuraProvider,AlchemyProvider}',
      'pkg:ethers.{providers.JsonRpcProvider,ethers.Contract,ethers.JsonRpcProvider,ethers.providers.JsonRpcProvider}',
      'pkg:{web3,web3.Web3,web3.default}',
      'pkg:viem.{createPublicClient,getContract}',
      'pkg:@solana/web3.js.Connection',
    ],
    act: 'source',
    kind: 'network',
    name: 'a blockchain',
  },
]

/** Emitters of events: what one part of a program emits, another part that listens gets. */
export const emitters: readonly Model[] = [
  {
    of: [
      'node:events',
      'pkg:{eventemitter3,eventemitter2,events,mitt,nanoevents,emittery,wolfy87-eventemitter}',
      'pkg:{eventemitter3,eventemitter2}.{EventEmitter,EventEmitter2,EventEmitter3}',
      'pkg:nanoevents.createNanoEvents',
      'global:EventTarget',
    ],
    act: 'make',
    instance: 'emitter',
  },
  {
    of: [
      '{global:EventTarget,global:EventTarget.prototype}.addEventListener',
      '{emitter,node:events,node:events.prototype}.{on,once,addListener,prependListener,prependOnceListener,addEventListener}',
    ],
    act: 'built-in',
    name: 'emitter.on',
  },
  {
    of: [
      '{global:EventTarget,global:EventTarget.prototype}.dispatchEvent',
      '{emitter,node:events,node:events.prototype}.{emit,dispatchEvent}',
    ],
    act: 'built-in',
    name: 'emitter.emit',
  },
]
