using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Planning;

namespace Isthmus.Bench.Inputs;

/// <summary>What one form of the picture reached.</summary>
/// <param name="Form">The form.</param>
/// <param name="Bytes">Mean bytes of a photograph.</param>
/// <param name="Agreement">Share of photographs with the answer of the picture itself, 0…1.</param>
/// <param name="Top1">Share of photographs that are classified rightly; null without labels.</param>
/// <param name="Divergence">Mean Kullback-Leibler divergence of the answers from those of the picture itself, in nats.</param>
public sealed record MeasuredInput(InputEncoding Form, double Bytes, double Agreement, double? Top1, double Divergence)
{
    /// <summary>Median milliseconds to encode the whole form, of one thread, beside decoding and cropping the file; null if it was not timed.</summary>
    public double? EncodeMs { get; init; }

    /// <summary>Median milliseconds to decode what arrived; null if it was not timed.</summary>
    public double? DecodeMs { get; init; }

    /// <summary>By photograph: bytes.</summary>
    [JsonIgnore]
    public ImmutableArray<int> Lengths { get; init; } = [];

    /// <summary>By photograph: whether the answer was that of the picture itself.</summary>
    [JsonIgnore]
    public ImmutableArray<bool> Agrees { get; init; } = [];

    /// <summary>By photograph: the divergence.</summary>
    [JsonIgnore]
    public ImmutableArray<double> Divergences { get; init; } = [];

    /// <summary>The same of some of the photographs, without top-1.</summary>
    /// <param name="isIn">Which.</param>
    public MeasuredInput Of(IReadOnlyList<bool> isIn)
    {
        int[] some = [.. Enumerable.Range(0, isIn.Count).Where(i => isIn[i])];
        return new(Form, some.Average(i => Lengths[i]), some.Count(i => Agrees[i]) / (double)some.Length, null, some.Average(i => Divergences[i]));
    }
}
