using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>All that the experiment found out.</summary>
public sealed record ZhaoResult
{
    /// <summary>The networks.</summary>
    public required ImmutableArray<ZhaoNetwork> Networks { get; init; }

    /// <summary>Whether an answer is right if it is the photograph's label; else if it is the most accurate network's of the un-encoded picture.</summary>
    public required bool Labelled { get; init; }

    /// <summary>Whether the photographs that judge are others than those that were planned with.</summary>
    public required bool HeldOut { get; init; }

    /// <summary>Of how many photographs the pictures are views; null if each is a photograph of its own.</summary>
    public required int? Views { get; init; }

    /// <summary>How many photographs were planned with.</summary>
    public required int CalibrationPhotographs { get; init; }

    /// <summary>How many were timed for each plan at each bandwidth.</summary>
    public required int TimedPhotographs { get; init; }

    /// <summary>How many judged each plan's accuracy.</summary>
    public required int JudgedPhotographs { get; init; }

    /// <summary>What was asked.</summary>
    public required ImmutableArray<ZhaoQuestion> Questions { get; init; }

    /// <summary>Who was asked.</summary>
    public required ImmutableArray<ZhaoMethod> Methods { get; init; }

    /// <summary>The answers: for each bandwidth, each question.</summary>
    public required ImmutableArray<ZhaoPoint> Points { get; init; }

    /// <summary>What the device's confidence adds; null with one network only.</summary>
    public required ZhaoCascade? Cascade { get; init; }

    /// <summary>The round trip to the edge; the cloud is four times as far.</summary>
    public required Milliseconds RoundTrip { get; init; }

    /// <summary>The operating points of a question, by rising bandwidth.</summary>
    public IEnumerable<ZhaoPoint> At(ZhaoQuestion question) => Points.Where(p => p.Question == question).OrderBy(p => p.Rate.Value);
}
