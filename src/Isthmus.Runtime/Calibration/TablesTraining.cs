using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;

namespace Isthmus.Runtime.Calibration;

/// <summary>Trains codec tables on the activations of a cut.</summary>
internal static class TablesTraining
{
    /// <summary>So many images are enough: more make frames smaller by less than 1 %.</summary>
    public const int Images = 40;

    /// <summary>With fewer images than this in all, nothing is trained: tables would know these images, not their kind.</summary>
    public const int Fewest = 20;

    /// <summary>The images that are trained on: at most half of those that there are, spread evenly.</summary>
    public static ImmutableArray<CalibrationImage> Choose(ImmutableArray<CalibrationImage> images)
    {
        if (images.Length < Fewest) return [];
        int count = Math.Min(Images, images.Length / 2);
        return [.. Enumerable.Range(0, count).Select(i => images[(int)((long)i * images.Length / count)])];
    }

    /// <summary>Whether any of these codecs uses trained tables.</summary>
    public static bool IsOfUse(ImmutableArray<CodecSpec> codecs) => codecs.Any(c => c.Kind is CodecKind.Dense or CodecKind.Fast);

    /// <summary>Trains.</summary>
    /// <param name="context">What is calibrated.</param>
    /// <param name="cut">The cut.</param>
    /// <param name="images">The images.</param>
    /// <param name="codecs">The codecs that are calibrated.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Tables for each tensor of the cut; null where nothing could be learnt.</returns>
    public static ImmutableArray<CodecTables?> Train(CalibrationContext context, CutAnalysis cut, ImmutableArray<CalibrationImage> images, ImmutableArray<CodecSpec> codecs, CancellationToken cancellationToken)
    {
        if (images.IsEmpty) return [.. cut.Tensors.Select(_ => (CodecTables?)null)];
        int[] levels = [.. codecs.Where(c => c.Kind == CodecKind.Fast).Select(c => c.Parameter)];
        CodecTablesTrainer[] trainers = [.. cut.Tensors.Select(t => new CodecTablesTrainer(t.Shape, levels))];
        using CutActivations activations = new(context, cut);
        foreach (CalibrationImage image in images)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor[] activation = activations.Of(image, null, cancellationToken);
            for (int i = 0; i < trainers.Length; i++)
            {
                trainers[i].Add(activation[i].Floats);
                activation[i].Dispose();
            }
        }

        return [.. trainers.Select(t => t.Train(cancellationToken))];
    }
}
