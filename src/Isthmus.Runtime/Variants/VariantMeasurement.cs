using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Core.Variants;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Variants;

/// <summary>Measures how often networks are right, on labelled pictures, whole and on this machine, fed as every other command feeds them.</summary>
/// <param name="set">The pictures.</param>
/// <param name="session">Threads and provider; null for the defaults.</param>
/// <param name="clock">The clock; null for the system's.</param>
public sealed class VariantMeasurement(LabelledSet set, SessionSettings? session = null, TimeProvider? clock = null)
{
    private const int Top = 5;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Measures one network.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="file">Its file's path as a ladder has it.</param>
    /// <param name="network">The network.</param>
    /// <param name="progress">Told the share that is done; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">The network cannot be loaded or fails, it has several inputs, it knows fewer classes than the pictures have, or a picture is damaged.</exception>
    public MeasuredVariant Measure(string name, string file, Network network, Action<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Model.Graph.Inputs.Length != 1)
            throw new IsthmusException(ErrorKind.Model, $"'{name}' has {network.Model.Graph.Inputs.Length} inputs; a picture can be given to networks with one.");
        using NetworkSession loaded = NetworkSession.Create(network.Model.File, session);
        bool[] first = new bool[set.Count], amongFive = new bool[set.Count];
        double[] times = new double[set.Count];
        for (int i = 0; i < set.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using Tensor input = set.Input(i, network.Preprocessor);
            // The first run of a network allocates, and is no measure of the others.
            if (i == 0) Dispose(loaded.Run([input], cancellationToken));
            long start = _clock.GetTimestamp();
            Tensor[] outputs = loaded.Run([input], cancellationToken);
            times[i] = Milliseconds.Since(_clock, start).Value;
            try
            {
                int classes = outputs[0].Floats.Length - network.Manifest.LabelOffset;
                if (set.ClassOf(i) >= classes)
                    throw new IsthmusException(ErrorKind.Data, $"Picture {i} of {set.Name} is of class {set.ClassOf(i)}, and '{name}' knows {classes}: they do not belong together.");
                ImmutableArray<ClassScore> best = network.Classifier.Top(outputs[0], Top);
                first[i] = best[0].Index == set.ClassOf(i);
                amongFive[i] = best.Any(b => b.Index == set.ClassOf(i));
            }
            finally
            {
                Dispose(outputs);
            }

            progress?.Invoke((i + 1.0) / set.Count);
        }

        Variant variant = new(name, file, network.Model.Hash, network.Model.File.Length, set.Count, first.Count(r => r), amongFive.Count(r => r));
        return new(variant, [.. first], [.. amongFive], Timing.Of(times));
    }

    /// <summary>A ladder of what was measured.</summary>
    /// <param name="data">What to call the pictures.</param>
    /// <param name="softwareVersion">The version of Isthmus.</param>
    /// <param name="variants">The networks.</param>
    public VariantLadder Ladder(string data, string softwareVersion, IEnumerable<MeasuredVariant> variants) =>
        new(data, set.Sha256(), softwareVersion, [.. variants.Select(v => v.Variant)]);

    private static void Dispose(Tensor[] tensors)
    {
        foreach (Tensor tensor in tensors) tensor.Dispose();
    }
}
