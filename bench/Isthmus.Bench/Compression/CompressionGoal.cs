namespace Isthmus.Bench.Compression;

/// <summary>A goal of the project, and whether this run met it.</summary>
/// <param name="Row">The row.</param>
/// <param name="Codec">The codec that comes nearest to the goal.</param>
/// <param name="What">What is demanded, in words.</param>
/// <param name="Figure">What was measured; null if the codec cannot be compared, as when no setting of it is as good as the baseline.</param>
/// <param name="Unit">The unit of the figure.</param>
/// <param name="Met">Whether the goal is met.</param>
public sealed record CompressionGoal(string Row, string? Codec, string What, double? Figure, string Unit, bool Met);
