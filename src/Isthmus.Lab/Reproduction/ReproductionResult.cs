using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction;

/// <summary>All that a reproduction found out, ready to be printed, written as JSON, or rendered as a page.</summary>
public sealed record ReproductionResult
{
    /// <summary>The reproduction's name.</summary>
    public required string Name { get; init; }

    /// <summary>The paper.</summary>
    public required string Paper { get; init; }

    /// <summary>What was compared.</summary>
    public required string Summary { get; init; }

    /// <summary>Whether it was the quick run.</summary>
    public required bool Quick { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The version of Isthmus.</summary>
    public required string SoftwareVersion { get; init; }

    /// <summary>The machine: operating system, architecture, processor count.</summary>
    public required string Host { get; init; }

    /// <summary>What was emulated, each in a few words; empty if nothing was.</summary>
    public required ImmutableArray<string> Emulated { get; init; }

    /// <summary>What the run was held against.</summary>
    public required ImmutableArray<Claim> Claims { get; init; }

    /// <summary>The result in words, tables and charts.</summary>
    public required ImmutableArray<ReportSection> Sections { get; init; }

    /// <summary>The reproduction's own result, down to single photographs, for scripts. Written to JSON as it is.</summary>
    public object? Details { get; init; }
}
