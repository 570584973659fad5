using System.Collections.Immutable;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>One input with which the reading of pictures did what it must not.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Input">The input's number; with the run's seed, it makes the input again.</param>
/// <param name="Form">The form as which it was read, such as "file" or "jpeg:75@0.4".</param>
/// <param name="Corpus">The good input that it was made of.</param>
/// <param name="Mutations">What was done to it.</param>
/// <param name="Message">What was seen.</param>
/// <param name="Reproducer">The file with the input; null if none was written.</param>
public sealed record ImageFuzzFinding(
    FuzzFindingKind Kind, long Input, string Form, string Corpus, ImmutableArray<string> Mutations, string Message, string? Reproducer = null);
