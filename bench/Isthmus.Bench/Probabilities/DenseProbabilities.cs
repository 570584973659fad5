using System.Buffers.Binary;
using System.Collections.Immutable;
using Isthmus.Bench.Compression;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;

namespace Isthmus.Bench.Probabilities;

/// <summary>
/// `bench dense-probabilities`: counts what the dense codec's adaptive probabilities begin with, on cuts of networks and photographs that no row of
/// `bench compression` is judged by.
/// </summary>
public static class DenseProbabilities
{
    /// <summary>What the user types after `bench`.</summary>
    public const string Name = "dense-probabilities";

    /// <summary>One sentence.</summary>
    public const string Summary = "Counts the probabilities that the dense codec begins with, on networks and photographs that bench compression is not judged by (--models, --images).";

    /// <summary>The cuts that are counted by default.</summary>
    public const string DefaultCuts =
        "mobilenet_v1_0.5_160:c07,mobilenet_v1_0.5_160:c11,mobilenet_v1_0.5_160:c23,mobilenet_v1_0.25_128:c07,mobilenet_v1_0.25_128:c11,inception_v3:c10,inception_v3:c19,inception_v3:c22";

    /// <summary>How many photographs of the folder are left out by default: those that rows of Inception are judged by.</summary>
    public const int DefaultSkip = 100;

    // Half of them to train tables on, half to count on, and the other way round.
    private const int MostPhotographs = 60;

    // Each cut counts as much as this many values.
    private const double Values = 50_000;

    /// <summary>Counts.</summary>
    /// <param name="models">Folder with NAME.onnx.</param>
    /// <param name="images">Folder with photographs.</param>
    /// <param name="root">The clone where set-up was run; null if it is not known.</param>
    /// <param name="cases">The cuts.</param>
    /// <param name="skip">How many photographs are left out, the first by name.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The content of src/Isthmus.Core/Codec/dense-probabilities.bin.</returns>
    /// <exception cref="IsthmusException">A model or the photographs are absent or damaged.</exception>
    public static byte[] Count(
        string models, string images, string? root, ImmutableArray<CompressionCase> cases, int skip, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (!Directory.Exists(images)) throw new IsthmusException(ErrorKind.File, $"There is no folder {images}: give the folder of the photographs as --images.");
        ImmutableArray<LabelledImage> all = LabelledImages.Load(images, null);
        if (all.Length < skip + 2) throw new IsthmusException(ErrorKind.Usage, $"There are {all.Length} photographs in {images}, and {skip} are left out: take at least two more, or a smaller --skip.");
        int count = Math.Min(MostPhotographs, all.Length - skip);
        ImmutableArray<LabelledImage> some = [.. Enumerable.Range(0, count).Select(i => all[skip + (int)((long)i * (all.Length - skip) / count)])];
        DecisionCounts[] counts = [.. DenseDefaults.Qualities.Select(q => new DecisionCounts(q))];
        int done = 0;
        foreach (CompressionCase @case in cases)
        {
            BenchNetwork network = BenchNetwork.Load(models, @case.Network, root, cancellationToken);
            CutActivations activations = CutActivations.Compute(network, @case.Find(network.Analysis), some, new Progress<ProgressReport>(), cancellationToken);
            for (int cut = 0; cut < activations.Cuts.Length; cut++)
            {
                ReadOnlyMemory<float>[][] tensors = [.. activations.Values[cut].Select(t => t.Select(v => (ReadOnlyMemory<float>)v).ToArray())];
                ImmutableArray<TensorShape> shapes = [.. activations.Cuts[cut].Tensors.Select(t => t.Shape)];
                CrossFittedTables tables = CrossFittedTables.Train(tensors, shapes, [CodecSpec.Dense(7)], cancellationToken);
                Workers.Run(counts.Length, new int[Workers.Count], (_, q) =>
                {
                    for (int t = 0; t < tensors.Length; t++)
                    {
                        for (int i = 0; i < count; i++)
                        {
                            cancellationToken.ThrowIfCancellationRequested();
                            if (tables.Of(t, i % CrossFittedTables.Parts) is { } trained) counts[q].Add(tensors[t][i].Span, trained, Values / shapes[t].ElementCount);
                        }
                    }
                }, cancellationToken);
            }

            progress.Report(new(@case.Name, (double)++done / cases.Length));
        }

        byte[] result = new byte[counts.Length * DenseContexts.Decisions * DenseContexts.Count * 2];
        int at = 0;
        foreach (ushort p in counts.SelectMany(c => c.Probabilities())) BinaryPrimitives.WriteUInt16LittleEndian(result.AsSpan(2 * at++), p);
        return result;
    }
}
