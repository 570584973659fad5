using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Sessions;

namespace Isthmus.Bench.Compression;

/// <summary>What crosses at some cuts for every photograph, and the whole network's answers: computed once, kept in memory.</summary>
/// <param name="Cuts">The cuts.</param>
/// <param name="Values">By cut, tensor and photograph: the activation.</param>
/// <param name="Answers">By photograph: the class that the whole network gives.</param>
/// <param name="Probabilities">By photograph: the probabilities that the whole network gives to the classes.</param>
/// <param name="Labels">By photograph: the right class; null if it is not known.</param>
public sealed record CutActivations(
    ImmutableArray<CutAnalysis> Cuts, ImmutableArray<ImmutableArray<float[][]>> Values, ImmutableArray<int> Answers, ImmutableArray<float[]> Probabilities,
    ImmutableArray<int?> Labels)
{
    /// <summary>More bytes of activations than this are refused.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>Runs the network on every photograph, two at a time.</summary>
    /// <param name="network">The network.</param>
    /// <param name="cuts">Where its activations are kept.</param>
    /// <param name="images">The photographs.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">They would take more than <see cref="MaxBytes"/>, or a photograph cannot be read.</exception>
    public static CutActivations Compute(
        BenchNetwork network, ImmutableArray<CutAnalysis> cuts, ImmutableArray<LabelledImage> images, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(progress);
        long bytes = cuts.Sum(c => c.Bytes.Value) * images.Length;
        if (bytes > MaxBytes)
            throw new IsthmusException(ErrorKind.Usage, $"The activations of {cuts.Length} cuts for {images.Length} photographs take {bytes >> 20} MiB; the limit is {MaxBytes >> 20} MiB: take fewer with --photographs, or --quick.");

        string[] names = [.. cuts.SelectMany(c => c.TensorNames).Distinct()];
        // A tensor that is the network's output already, such as at the last cut, is there anyway.
        string[] added = [.. names.Where(n => network.Analysis.Outputs.All(o => o.Name != n))];
        byte[] model = SegmentExtractor.WithOutputs(network.Model, added);
        Dictionary<string, float[][]> values = names.ToDictionary(n => n, _ => new float[images.Length][], StringComparer.Ordinal);
        int[] answers = new int[images.Length];
        float[][] probabilities = new float[images.Length][];
        ImagePreprocessor preprocessor = new(network.Manifest);
        Classifier classifier = new(network.Manifest);
        int done = 0;
        Workers.Run(images.Length, () => NetworkSession.Create(model, SessionSettings.Default with { Threads = 1 }), (session, i) =>
        {
            using Tensor input = preprocessor.FromFile(File.ReadAllBytes(images[i].Path), images[i].Name);
            Tensor[] outputs = session.Run([input], cancellationToken);
            answers[i] = classifier.Top(outputs[0], 1)[0].Index;
            probabilities[i] = OutputDivergence.Probabilities(outputs[0].Floats);
            for (int o = 0; o < outputs.Length; o++)
            {
                if (values.TryGetValue(session.Outputs[o].Name, out float[][]? kept)) kept[i] = outputs[o].Floats.ToArray();
                outputs[o].Dispose();
            }

            progress.Report(new("heads", (double)Interlocked.Increment(ref done) / images.Length));
        }, cancellationToken);
        return new(cuts, [.. cuts.Select(c => c.TensorNames.Select(n => values[n]).ToImmutableArray())], [.. answers], [.. probabilities], [.. images.Select(i => i.ClassIndex)]);
    }

    /// <summary>Share of zeros among the values at a cut.</summary>
    public double ZeroShare(int cut)
    {
        long zeros = 0, all = 0;
        foreach (float[] tensor in Values[cut].SelectMany(t => t))
        {
            all += tensor.Length;
            foreach (float v in tensor) zeros += v == 0 ? 1 : 0;
        }

        return (double)zeros / all;
    }
}
