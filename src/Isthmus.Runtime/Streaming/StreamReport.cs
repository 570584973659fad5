using Isthmus.Runtime.Running;

namespace Isthmus.Runtime.Streaming;

/// <summary>What became of a stream of pictures.</summary>
/// <param name="Run">Every picture, in order, and their summary. The time of a picture includes its waiting for the stages before it.</param>
/// <param name="Stream">The stream as a whole.</param>
public sealed record StreamReport(RunReport Run, StreamSummary Stream);
