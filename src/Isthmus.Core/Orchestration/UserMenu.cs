using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration;

/// <summary>What one user may do.</summary>
/// <param name="Name">The user.</param>
/// <param name="Actions">The actions; at least one.</param>
public sealed record UserMenu(string Name, ImmutableArray<UserAction> Actions)
{
    /// <summary>The accuracy, 0…1, below which this user is not served; null for any.</summary>
    public double? MinAccuracy { get; init; }

    /// <inheritdoc/>
    public bool Equals(UserMenu? other) => other is not null && Name == other.Name && MinAccuracy == other.MinAccuracy && Actions.AsSpan().SequenceEqual(other.Actions.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, MinAccuracy, Actions.Length);
}
