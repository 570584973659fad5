using System.Buffers;
using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Lab.Fuzzing;

/// <summary>
/// Good frames of every codec: tensors from none to thousands of values, what a ReLU leaves and what nobody expects, so that each form that
/// a payload takes is there to be damaged.
/// </summary>
internal sealed class FrameCorpus
{
    // Below and above the sizes at which codecs change their form (streams, blocks, vectors), and the ranks that networks have.
    private static readonly TensorShape[] Shapes = [new(), new(0), new(1), new(3), new(1, 8, 5, 7), new(1030), new(1, 16, 12, 12), new(2, 64, 33)];

    private static readonly TensorShape TrainedShape = new(1, 16, 12, 12);

    /// <summary>The largest tensor that a plan of this run expects.</summary>
    public static TensorShape Largest { get; } = new(1, 64, 32, 32);

    /// <summary>Makes the corpus.</summary>
    public FrameCorpus(ImmutableArray<ITensorCodec> codecs, ulong seed)
    {
        Targets = [.. codecs.Select(c => new FuzzTarget(c)), .. codecs.Select((c, i) => Trained(c, seed, i)).OfType<FuzzTarget>()];
        ByTarget = [.. Targets.Select(t => Entries(t, seed))];
        MaxFrameBytes = ByTarget.Max(entries => entries.Max(e => e.Frame.Length));
    }

    /// <summary>The decoders: every codec, and once more with trained tables where it can use them.</summary>
    public ImmutableArray<FuzzTarget> Targets { get; }

    /// <summary>The frames of each decoder; of each the last is of the largest tensor that it takes.</summary>
    public ImmutableArray<ImmutableArray<CorpusEntry>> ByTarget { get; }

    /// <summary>The length of the longest frame.</summary>
    public int MaxFrameBytes { get; }

    // Two sets of tables in turn, so that there are frames whose tables are not the plan's.
    private static FuzzTarget? Trained(ITensorCodec codec, ulong seed, int index)
    {
        if (!TensorCodecs.IsKnown(codec.Spec) || !ReferenceEquals(TensorCodecs.Get(codec.Spec), codec)) return null;
        FuzzRandom random = FuzzRandom.Of(seed, -2 - (index % 2));
        CodecTablesTrainer trainer = new(TrainedShape, codec.Spec.Kind == CodecKind.Fast ? [codec.Spec.Parameter] : []);
        // With many zeros `fast` leaves blocks of them out.
        for (int i = 0; i < 3; i++) trainer.Add(Relu(ref random, (int)TrainedShape.ElementCount, index % 2 == 0 ? 0.6 : 0.97));
        CodecTables tables = trainer.Train()!;
        ITensorCodec trained = TensorCodecs.Get(codec.Spec, tables);
        return ReferenceEquals(trained, codec) ? null : new(trained, tables);
    }

    private static ImmutableArray<CorpusEntry> Entries(FuzzTarget target, ulong seed)
    {
        List<CorpusEntry> entries = [];
        ArrayBufferWriter<byte> output = new();
        FuzzRandom random = FuzzRandom.Of(seed, -1);
        foreach (TensorShape shape in target.Tables is null ? Shapes : [TrainedShape])
        {
            int count = (int)shape.ElementCount;
            foreach (float[] values in count < 30 ? [Relu(ref random, count, 0.5), Wild(ref random, count)] : Kinds(random, count)) Add(values, shape);
        }

        if (target.Tables is null) Add(Relu(ref random, (int)Largest.ElementCount, 0.8), Largest);
        return [.. entries];

        void Add(float[] values, TensorShape shape)
        {
            output.ResetWrittenCount();
            try
            {
                target.Codec.Encode(values, shape, output);
            }
            catch (IsthmusException)
            {
                // It does not take such values; then nobody sends them.
                return;
            }

            entries.Add(new(target, shape, output.WrittenSpan.ToArray()));
        }
    }

    private static IEnumerable<float[]> Kinds(FuzzRandom random, int count)
    {
        yield return Relu(ref random, count, 0.6);
        yield return Relu(ref random, count, 0.97);
        yield return Linear(ref random, count);
        yield return [.. Linear(ref random, count).Select((v, i) => i % 13 == 5 ? float.NaN : i % 29 == 7 ? float.NegativeInfinity : v)];
        yield return [.. Enumerable.Repeat(-3.25f, count)];
        yield return [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? -float.MaxValue : float.MaxValue)];
    }

    private static float[] Relu(ref FuzzRandom random, int count, double zeros)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = random.NextDouble() < zeros ? 0 : (float)(-Math.Log(1 - random.NextDouble()) * 1.7);
        return values;
    }

    private static float[] Linear(ref FuzzRandom random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) * 3) + 0.4);
        return values;
    }

    private static float[] Wild(ref FuzzRandom random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)random.Next());
        return values;
    }
}
