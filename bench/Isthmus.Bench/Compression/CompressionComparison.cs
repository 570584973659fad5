using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;

namespace Isthmus.Bench.Compression;

/// <summary>
/// `bench compression`: what codecs need at the cuts of real networks, in bytes, and what it does to the answers: a deliberately simple codec
/// as the floor, JALAD's, and the others, all in one run on the same photographs.
/// </summary>
public static class CompressionComparison
{
    /// <summary>What the user types after `bench`.</summary>
    public const string Name = "compression";

    /// <summary>One sentence: what is compared with what.</summary>
    public const string Summary = "Bytes and answers of every codec at cuts of real networks, beside a deliberately simple codec and JALAD's, on photographs (--models, --images).";

    // Heads count as this many settings in the progress.
    private const double HeadWork = 2;

    private const int WarmUps = 4;

    /// <summary>Measures.</summary>
    /// <param name="options">What.</param>
    /// <param name="progress">Told before each setting.</param>
    /// <param name="cancellationToken">Ends the run between two photographs.</param>
    /// <exception cref="IsthmusException">A model or the photographs are absent or damaged.</exception>
    public static CompressionReport Run(CompressionOptions options, IProgress<ProgressReport> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        if (!Directory.Exists(options.Models)) throw new IsthmusException(ErrorKind.File, $"There is no folder {options.Models}: give the folder of the models as --models.");
        if (!Directory.Exists(options.Images)) throw new IsthmusException(ErrorKind.File, $"There is no folder {options.Images}: give the folder of the photographs as --images.");
        ImmutableArray<LabelledImage> images = LabelledImages.Load(options.Images, options.Labels ?? LabelsOf(options.Images));

        List<CompressionRow> rows = [];
        IGrouping<string, CompressionCase>[] networks = [.. options.Cases.GroupBy(c => c.Network)];
        Remaining remaining = new(progress, networks.Length);
        foreach (IGrouping<string, CompressionCase> cases in networks)
        {
            remaining.Next(cases.Key);
            BenchNetwork network = BenchNetwork.Load(options.Models, cases.Key, options.Root, cancellationToken);
            (CompressionCase Case, CutAnalysis Cut)[] cuts = [.. cases.Select(c => c with { Photographs = options.Photographs ?? c.Photographs }).SelectMany(c => c.Find(network.Analysis).Select(cut => (c, cut)))];
            double work = HeadWork + cuts.Sum(c => c.Case.FloorLevels.Length + 1 + options.Codecs.Sum(k => k.Kind == CodecKind.Dense ? 2 : 1));
            foreach (IGrouping<int, (CompressionCase Case, CutAnalysis Cut)> alike in cuts.GroupBy(c => c.Case.Photographs))
            {
                ImmutableArray<LabelledImage> some = [.. images.Take(alike.Key).Where((_, i) => !options.Quick || i % 4 == 0)];
                // Heads run once for as many cuts as memory holds.
                foreach (List<(CompressionCase Case, CutAnalysis Cut)> together in Batches(alike, CutActivations.MaxBytes / some.Length))
                {
                    CutActivations activations;
                    using (RemainingStep step = remaining.Step($"{cases.Key}: heads of {some.Length} photographs", HeadWork / work * together.Count / cuts.Length))
                        activations = CutActivations.Compute(network, [.. together.Select(c => c.Cut)], some, step, cancellationToken);
                    int index = 0;
                    foreach ((CompressionCase @case, CutAnalysis cut) in together)
                    {
                        string name = @case.Cut == "all" ? $"{@case.Network}:{cut.Id}" : @case.Name;
                        rows.Add(Measure(network, activations, index++, name, @case, options.Codecs, remaining, work, cancellationToken));
                    }
                }
            }
        }

        return new(options.Quick, [.. rows]);
    }

    // Neighbouring cuts whose activations for one photograph fit a limit in bytes; one that exceeds it alone is alone.
    private static IEnumerable<List<(CompressionCase Case, CutAnalysis Cut)>> Batches(IEnumerable<(CompressionCase Case, CutAnalysis Cut)> cuts, long limit)
    {
        List<(CompressionCase Case, CutAnalysis Cut)> batch = [];
        long bytes = 0;
        foreach ((CompressionCase Case, CutAnalysis Cut) cut in cuts)
        {
            if (batch.Count > 0 && bytes + cut.Cut.Bytes.Value > limit)
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(cut);
            bytes += cut.Cut.Bytes.Value;
        }

        if (batch.Count > 0) yield return batch;
    }

    private static string? LabelsOf(string images) => new[] { Path.Combine(images, "labels.csv"), Path.Combine(Path.GetFullPath(images), "..", "labels.csv") }.FirstOrDefault(File.Exists);

    private static CompressionRow Measure(
        BenchNetwork network, CutActivations activations, int index, string name, CompressionCase @case, ImmutableArray<CodecSpec> codecs, Remaining remaining, double work,
        CancellationToken cancellationToken)
    {
        CutAnalysis cut = activations.Cuts[index];
        ImmutableArray<float[][]> values = activations.Values[index];
        byte[] tail = SegmentExtractor.Extract(network.Model, cut.TensorNames, to: null, network.Analysis.Tensors);
        NetworkSession[] sessions = [.. Enumerable.Range(0, Workers.Count).Select(_ => NetworkSession.Create(tail, SessionSettings.Default with { Threads = 1 }))];
        try
        {
            CutRun run = new(cut, activations, values, sessions, new Classifier(network.Manifest), cancellationToken);
            List<MeasuredSetting> settings = [];
            ReadOnlyMemory<float>[][] tensors = [.. values.Select(t => t.Select(v => (ReadOnlyMemory<float>)v).ToArray())];
            MagnitudeHistogram[] histograms = [.. tensors.Select(t => MagnitudeHistogram.Of(t, cancellationToken))];
            foreach (int levels in @case.FloorLevels)
            {
                using RemainingStep step = remaining.Step($"{name}: floor:{levels}", 1 / work);
                FloorCodec[] floor = [.. tensors.Select((t, k) => FloorCodec.Fit(t, levels, Channels(cut.Tensors[k].Shape), histograms[k], cancellationToken))];
                settings.Add(run.Of($"{CompressionRow.FloorKind}:{levels}", timed: false, (k, _, original, restored) => (floor[k].RoundTrip(original, restored), 0, 0)));
            }

            CrossFittedTables tables;
            using (remaining.Step($"{name}: trained tables", 1 / work))
                tables = CrossFittedTables.Train(tensors, [.. cut.Tensors.Select(t => t.Shape)], codecs, cancellationToken);
            foreach (CodecSpec spec in codecs)
            {
                using RemainingStep step = remaining.Step($"{name}: {spec}", (tables.AreUsedBy(spec) ? 2 : 1) / work);
                settings.Add(run.Of(spec.ToString(), timed: true, (k, _, original, restored) => CodeOnce(TensorCodecs.Get(spec), cut.Tensors[k].Shape, original, restored)));
                if (!tables.AreUsedBy(spec)) continue;
                ITensorCodec[][] trained = [.. Enumerable.Range(0, CrossFittedTables.Parts).Select(part => cut.Tensors.Select((_, k) => TensorCodecs.Get(spec, tables.Of(k, part))).ToArray())];
                settings.Add(run.Of(
                    $"{spec.Kind.ToString().ToLowerInvariant()}{CompressionRow.TablesSuffix}:{spec.Parameter}", timed: true,
                    (k, i, original, restored) => CodeOnce(trained[i % CrossFittedTables.Parts][k], cut.Tensors[k].Shape, original, restored)));
            }

            return new CompressionRow(
                name, network.Model.Name, cut.Id, cut.TensorNames, [.. cut.Tensors.Select(t => t.Shape.ToString())], run.ValueCount, cut.MacShare, activations.ZeroShare(index),
                activations.Answers.Length, run.WholeTop1, [.. settings], [], [], [], [], [])
            { TablesBytes = tables.Bytes }.Compared(@case.Published);
        }
        finally
        {
            foreach (NetworkSession session in sessions) session.Dispose();
        }
    }

    private static (double Bytes, long EncodeTicks, long DecodeTicks) CodeOnce(ITensorCodec codec, TensorShape shape, ReadOnlySpan<float> original, Span<float> restored)
    {
        ArrayBufferWriter<byte> frame = new();
        long start = Stopwatch.GetTimestamp();
        codec.Encode(original, shape, frame);
        long encoded = Stopwatch.GetTimestamp();
        codec.Decode(frame.WrittenSpan, shape, restored);
        return (frame.WrittenCount, encoded - start, Stopwatch.GetTimestamp() - encoded);
    }

    private static int Channels(TensorShape shape) => shape.Rank >= 2 ? (int)shape[1] : 1;

    private delegate (double Bytes, long EncodeTicks, long DecodeTicks) RoundTrip(int tensor, int photograph, ReadOnlySpan<float> original, Span<float> restored);

    // All photographs through one setting and the tail.
    private sealed class CutRun(
        CutAnalysis cut, CutActivations activations, ImmutableArray<float[][]> values, NetworkSession[] sessions, Classifier classifier, CancellationToken cancellationToken)
    {
        public long ValueCount { get; } = cut.Tensors.Sum(t => t.Shape.ElementCount);

        public double? WholeTop1 { get; } = Top1(activations.Answers.AsSpan(), activations);

        public MeasuredSetting Of(string codec, bool timed, RoundTrip roundTrip)
        {
            int count = activations.Answers.Length;
            int[] answers = new int[count];
            double[] bytes = new double[count], divergences = new double[count];
            long encodeTicks = 0, decodeTicks = 0;
            float[] scratch = new float[cut.Tensors[0].Shape.ElementCount];
            // The first calls wait for the compiler.
            for (int i = 0; timed && i < WarmUps; i++) roundTrip(0, i % count, values[0][i % count], scratch);
            Workers.Run(count, sessions, (session, i) =>
            {
                Tensor[] restored = new Tensor[values.Length];
                for (int k = 0; k < restored.Length; k++)
                {
                    restored[k] = Tensor.Rent(ElementType.Float32, cut.Tensors[k].Shape);
                    (double length, long encode, long decode) = roundTrip(k, i, values[k][i], restored[k].Floats);
                    bytes[i] += length;
                    Interlocked.Add(ref encodeTicks, encode);
                    Interlocked.Add(ref decodeTicks, decode);
                }

                Tensor[] outputs = session.Run(restored, cancellationToken);
                answers[i] = classifier.Top(outputs[0], 1)[0].Index;
                divergences[i] = OutputDivergence.Of(activations.Probabilities[i], OutputDivergence.Probabilities(outputs[0].Floats));
                foreach (Tensor tensor in restored.Concat(outputs)) tensor.Dispose();
            }, cancellationToken);

            bool[] agrees = [.. answers.Select((a, i) => a == activations.Answers[i])];
            double mean = bytes.Average();
            double? top1 = Top1(answers, activations);
            return new(
                codec, mean, 8 * mean / ValueCount, agrees.Count(a => a) / (double)count, top1, top1 is null ? null : LossOf(WholeTop1!.Value, top1.Value),
                timed ? Rate(encodeTicks) : null, timed ? Rate(decodeTicks) : null)
            { Agrees = [.. agrees], Divergence = divergences.Average() };

            double Rate(long ticks) => ValueCount * count / Math.Max(ticks / (double)Stopwatch.Frequency, 1e-9) / 1e6;
        }

        // Without what subtracting leaves in the last digits: 94 % − 93 % must not come out as less than a point.
        private static double LossOf(double whole, double top1) => Math.Max(0, Math.Round(whole - top1, 12));

        // All photographs must have a label.
        private static double? Top1(ReadOnlySpan<int> answers, CutActivations activations)
        {
            int right = 0;
            for (int i = 0; i < answers.Length; i++)
            {
                if (activations.Labels[i] is not { } label) return null;
                if (label == answers[i]) right++;
            }

            return (double)right / answers.Length;
        }
    }
}
