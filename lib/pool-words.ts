/** The words with which a miner speaks to its pool (Stratum): no other protocol has them. */
export const poolWords = /\bmining\.(?:subscribe|authorize|submit)\b/i
