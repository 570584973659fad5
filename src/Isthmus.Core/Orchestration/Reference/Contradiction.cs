using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration.Reference;

/// <summary>Why no joint decision keeps to what is wanted: one reason.</summary>
/// <param name="Kind">What cannot be kept.</param>
/// <param name="Users">The user whose floor it is; of the mean accuracy, all whose best action is below what is wanted, the lowest first.</param>
/// <param name="Wanted">The accuracy that is wanted, 0…1.</param>
/// <param name="Possible">The best that there is, 0…1.</param>
/// <param name="Message">The reason in a sentence.</param>
public sealed record Contradiction(ContradictionKind Kind, ImmutableArray<string> Users, double Wanted, double Possible, string Message);
