using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration;

/// <summary>A user with a request.</summary>
/// <param name="Name">What to call them.</param>
/// <param name="Options">What the request may do; at least one.</param>
public sealed record User(string Name, ImmutableArray<UserOption> Options)
{
    /// <summary>The accuracy, 0…1, below which this user is not served; null for any.</summary>
    public double? MinAccuracy { get; init; }
}
