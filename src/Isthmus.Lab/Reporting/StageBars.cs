using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Reporting;

/// <summary>Where a run's milliseconds went, as stacked bars.</summary>
public static class StageBars
{
    /// <summary>The stages in the order in which they happen, with the colours that they have in every report.</summary>
    public static ImmutableArray<(string Name, string Colour, Func<StageTimes, double> Value)> Stages { get; } =
    [
        ("decode", "#7f8c9b", s => s.Decode.Value),
        ("head (device)", "#0b7285", s => s.Head.Value),
        ("encode", "#5f9ea0", s => s.Encode.Value),
        ("send", "#e8890c", s => s.Send.Value),
        ("queue", "#b8b8b8", s => s.Queue.Value),
        ("unpack", "#8ab6a8", s => s.Unpack.Value),
        ("middle (edge)", "#5f6fd0", s => s.Middle.Value),
        ("tail", "#7048a8", s => s.Tail.Value),
        ("return", "#f2b263", s => s.Return.Value),
        ("lost", "#c92a2a", s => s.Lost.Value),
        ("overhead", "#d5dae0", s => s.Overhead.Value),
    ];

    /// <summary>The series of a chart of such bars.</summary>
    public static ImmutableArray<(string Name, string Colour)> Series { get; } = [.. Stages.Select(s => (s.Name, s.Colour))];

    /// <summary>The bar of a run: the median of each stage over the photographs that were answered.</summary>
    public static Bar Of(string label, RunReport run, string note, bool emphasised)
    {
        ArgumentNullException.ThrowIfNull(run);
        StageTimes[] times = [.. run.Images.Where(i => i.IsAnswered).Select(i => i.Ms!)];
        return new(label, [.. Stages.Select(s => new BarSegment(s.Name, times.Length == 0 ? 0 : Timing.Of(times.Select(s.Value)).P50.Value))], note, emphasised);
    }
}
