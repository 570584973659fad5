using System.Buffers;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Bench;

/// <summary>
/// The rows of `bench codec` about the dense codec: whole frames, beside JALAD's codec at the number of bits that comes nearest in accuracy. With
/// tables only times are measured: they are trained on the tensor itself, so their size would say nothing.
/// </summary>
internal sealed class DenseRows(List<ComparisonRow> rows, CancellationToken cancellationToken)
{
    private const double RoundSeconds = 0.03;
    private const double Goal = 30;

    /// <summary>The qualities that are measured, each beside so many bits.</summary>
    public static (int Quality, int Bits)[] Settings { get; } = [(4, 2), (7, 3), (16, 4)];

    /// <summary>Measures one tensor at one quality.</summary>
    public void Measure(string name, float[] values, TensorShape shape, int quality, int bits)
    {
        string title = $"{name}, dense:{quality}";
        DenseCodec plain = new(quality);
        CodecTablesTrainer trainer = new(shape);
        trainer.Add(values);
        DenseCodec trained = new(quality, trainer.Train(cancellationToken));
        ITensorCodec huffman = TensorCodecs.Get(CodecSpec.Huffman(bits));
        ArrayBufferWriter<byte>[] frames = [Output(plain), Output(trained), Output(huffman)];
        float[] restored = new float[values.Length];
        double[] encode = Time([() => Encode(plain, frames[0]), () => Encode(trained, frames[1]), () => Encode(huffman, frames[2])]);
        double[] decode = Time(
        [
            () => plain.Decode(frames[0].WrittenSpan, shape, restored), () => trained.Decode(frames[1].WrittenSpan, shape, restored),
            () => huffman.Decode(frames[2].WrittenSpan, shape, restored),
        ]);
        string rival = $"huffman:{bits} frame";
        rows.Add(Rate("dense frame, encode", encode[0], encode[2]));
        rows.Add(Rate("dense frame, decode", decode[0], decode[2]));
        rows.Add(Rate("dense frame, encode with tables", encode[1], encode[2]));
        rows.Add(Rate("dense frame, decode with tables", decode[1], decode[2]));
        rows.Add(ComparisonRow.Of(title, "dense frame, size", "bytes", frames[0].WrittenCount, rival, frames[2].WrittenCount));

        ArrayBufferWriter<byte> Output(ITensorCodec codec) => new((int)codec.MaxFrameBytes(shape) + SymbolPlane.Slack);

        void Encode(ITensorCodec codec, ArrayBufferWriter<byte> output)
        {
            output.ResetWrittenCount();
            codec.Encode(values, shape, output);
        }

        ComparisonRow Rate(string metric, double seconds, double baseline)
        {
            double figure = values.Length / seconds / 1e6;
            return ComparisonRow.Of(title, metric, "million values/s", figure, rival, values.Length / baseline / 1e6, $"≥ {Goal} million values/s", figure >= Goal);
        }
    }

    private double[] Time(IReadOnlyList<Action> actions) => Measurement.SecondsPerCall(actions, roundSeconds: RoundSeconds, cancellationToken: cancellationToken);
}
