using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>
/// Which files beside a model its weights may be read from. A model is a file from outside, and its external data names paths:
/// only a file whose SHA-256 the caller listed is read, and only below the model's own folder.
/// </summary>
/// <param name="Allowed">SHA-256 of each file that may be read.</param>
public sealed record ExternalDataPolicy(ImmutableHashSet<ModelHash> Allowed)
{
    /// <summary>No external data at all: the default.</summary>
    public static ExternalDataPolicy Refuse { get; } = new(ImmutableHashSet<ModelHash>.Empty);

    /// <summary>Allows the files with these SHA-256.</summary>
    public static ExternalDataPolicy Allow(params IEnumerable<ModelHash> hashes) => new([.. hashes]);
}
