using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Fleets;

/// <summary>What a document may be, so that a hostile one takes neither long nor much memory, and how its errors read.</summary>
internal static class DocumentLimits
{
    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = 1_000_000;

    /// <summary>The deepest nesting of lists and objects.</summary>
    public const int MaxDepth = 8;

    /// <summary>The most values.</summary>
    public const int MaxValues = 100_000;

    /// <summary>The longest scalar, in characters.</summary>
    public const int MaxScalar = 4096;

    /// <summary>The error of a document that cannot be used.</summary>
    public static IsthmusException Error(string name, int line, string reason, Exception? cause = null) =>
        new(ErrorKind.Usage, $"The fleet '{name}' cannot be used: line {line}: {reason}.", cause);
}
