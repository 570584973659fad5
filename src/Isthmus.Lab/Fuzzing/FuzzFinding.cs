using System.Collections.Immutable;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>One input with which a decoder did what it must not.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Input">The input's number; with the run's seed, it makes the input again.</param>
/// <param name="Codec">The decoder.</param>
/// <param name="Expected">The shape that the plan expected.</param>
/// <param name="Mutations">What was done to the frame.</param>
/// <param name="Message">What was seen.</param>
/// <param name="Reproducer">The file with the input; null if none was written.</param>
public sealed record FuzzFinding(
    FuzzFindingKind Kind, long Input, string Codec, TensorShape Expected, ImmutableArray<string> Mutations, string Message, string? Reproducer = null);
