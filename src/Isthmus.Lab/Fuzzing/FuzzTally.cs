using System.Collections.Immutable;
using Isthmus.Core.Codec;

namespace Isthmus.Lab.Fuzzing;

/// <summary>What one thread has counted.</summary>
internal sealed class FuzzTally
{
    private static readonly int Errors = Enum.GetValues<FrameError>().Length;

    private readonly Dictionary<string, OfCodec> _codecs = new(StringComparer.Ordinal);
    private readonly long[] _mutations = new long[Enum.GetValues<FrameMutation>().Length];
    private readonly List<FuzzFinding> _findings = [];
    private long _good;
    private long _sealed;
    private long _findingCount;

    /// <summary>Counts an input and what became of it.</summary>
    /// <param name="input">The input.</param>
    /// <param name="refusal">Why it was refused; null if it was accepted, or something else happened.</param>
    /// <param name="accepted">Whether it was decoded.</param>
    /// <param name="allocated">Bytes that were allocated.</param>
    /// <param name="ms">Milliseconds.</param>
    public void Count(FuzzInput input, FrameError? refusal, bool accepted, long allocated, double ms)
    {
        if (!_codecs.TryGetValue(input.Target.Name, out OfCodec? codec)) _codecs.Add(input.Target.Name, codec = new());
        codec.Inputs++;
        if (accepted) codec.Accepted++;
        if (refusal is { } error) codec.Refused[(int)error]++;
        codec.MaxAllocated = Math.Max(codec.MaxAllocated, allocated);
        codec.Slowest = Math.Max(codec.Slowest, ms);
        if (input.IsGood) _good++;
        if (input.IsSealed) _sealed++;
        foreach (FrameMutation mutation in input.Mutations) _mutations[(int)mutation]++;
    }

    /// <summary>Keeps a finding, or counts it if there are enough.</summary>
    public void Add(FuzzFinding finding, int max)
    {
        _findingCount++;
        if (_findings.Count < max) _findings.Add(finding);
    }

    /// <summary>The report of several threads together.</summary>
    public static FrameFuzzReport Report(FrameFuzzOptions options, ImmutableArray<string> names, IReadOnlyList<FuzzTally> tallies, IEnumerable<FuzzFinding> more, double seconds)
    {
        ImmutableArray<FuzzCodecTally> codecs = [.. names.Select(name =>
        {
            OfCodec[] of = [.. tallies.Select(t => t._codecs.GetValueOrDefault(name)).OfType<OfCodec>()];
            long[] refused = [.. Enumerable.Range(0, Errors).Select(e => of.Sum(o => o.Refused[e]))];
            return new FuzzCodecTally(
                name, of.Sum(o => o.Inputs), of.Sum(o => o.Accepted), Named<FrameError>(refused),
                of.Max(o => (long?)o.MaxAllocated) ?? 0, of.Max(o => (double?)o.Slowest) ?? 0);
        })];
        FuzzFinding[] others = [.. more];
        return new(
            options.Seed, options.From, options.Count, codecs.Sum(c => c.Inputs), options.Guard, options.Threads, seconds,
            tallies.Sum(t => t._good), tallies.Sum(t => t._sealed), codecs.Sum(c => c.Accepted),
            codecs.SelectMany(c => c.Refused).GroupBy(r => r.Key).ToImmutableSortedDictionary(g => g.Key, g => g.Sum(r => r.Value), StringComparer.Ordinal),
            Named<FrameMutation>([.. Enumerable.Range(0, tallies.Count == 0 ? 0 : tallies[0]._mutations.Length).Select(m => tallies.Sum(t => t._mutations[m]))]),
            codecs, tallies.Sum(t => t._findingCount) + others.Length,
            [.. tallies.SelectMany(t => t._findings).Concat(others).OrderBy(f => f.Input).Take(options.MaxFindings)]);
    }

    private static ImmutableSortedDictionary<string, long> Named<T>(long[] counts)
        where T : struct, Enum =>
        Enum.GetValues<T>().Zip(counts).Where(p => p.Second > 0).ToImmutableSortedDictionary(p => p.First.ToString(), p => p.Second, StringComparer.Ordinal);

    private sealed class OfCodec
    {
        public long Inputs { get; set; }

        public long Accepted { get; set; }

        public long[] Refused { get; } = new long[Errors];

        public long MaxAllocated { get; set; }

        public double Slowest { get; set; }
    }
}
