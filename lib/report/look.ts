/** How a report is drawn. Every paint wraps a text that is already safe and wrapped; none of them carries meaning. */
export type Look = {
  /** Columns a line may use. */
  readonly width: number
  readonly verbose: boolean
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly yellow: Paint
  readonly green: Paint
}

export type Paint = (text: string) => string
