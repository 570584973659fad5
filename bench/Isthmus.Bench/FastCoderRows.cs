using System.Buffers;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Bench;

/// <summary>
/// The rows of `bench codec` about the fast coder: its symbol stage beside zstd level 1, Deflate and Brotli at their fastest on the same symbols
/// packed to ⌈log2 L⌉ bits, and beside our own Huffman coder; packing is in nobody's time. Once with tables in the frame, once with tables that were trained
/// on other activations of the same tensor. Then whole frames, quantiser included.
/// </summary>
internal sealed class FastCoderRows(List<ComparisonRow> rows, ZstdLibrary? zstd, CancellationToken cancellationToken)
{
    private const double SecondsPerCase = 0.6;
    private const double SizeGoal = 0.85;

    /// <summary>Measures one tensor at one number of levels.</summary>
    /// <param name="name">What rows call it.</param>
    /// <param name="values">The tensor.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="tables">What was trained on others.</param>
    /// <param name="levels">L.</param>
    public void Measure(string name, float[] values, TensorShape shape, FastTables tables, int levels)
    {
        string title = $"{name}, {levels} levels";
        int n = values.Length;
        int bits = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(levels - 1));
        byte[] symbols = new byte[n];
        LevelQuantiser quantiser = ClippingRange.Fit(values, levels, 0.5, new float[levels]);
        quantiser.Quantise(values, symbols);

        SymbolPacking packing = new(levels);
        byte[] packed = new byte[packing.Bytes(n)];
        packing.Pack(symbols, packed);
        int above = FastCodec.Above(shape, packing);
        byte[] coded = new byte[packed.Length + 4096];
        byte[] restored = new byte[packed.Length];
        FastModel? model = tables.Find(levels) is { } trained && trained.Zero == quantiser.Zero ? trained : null;
        byte[] codedWithTables = new byte[coded.Length];
        List<(string Name, int Size, Action Encode, Action Decode)> ours = [Ours("fast coder", null, coded)];
        if (model is not null) ours.Add(Ours("fast coder with tables", model, codedWithTables));

        List<(string Name, int Size, Action Encode, Action Decode)> rivals = [];
        byte[] bitPacked = BitPack(symbols, bits);
        byte[] scratch = new byte[bitPacked.Length];
        if (zstd is not null)
        {
            byte[] compressed = new byte[bitPacked.Length + (bitPacked.Length / 128) + 1024];
            int length = zstd.Compress(bitPacked, compressed, 1);
            rivals.Add(("zstd, level 1", length, () => zstd.Compress(bitPacked, compressed, 1), () => zstd.Decompress(compressed.AsSpan(0, length), scratch)));
        }

        foreach ((string rival, Func<Stream, Stream> compressor, Func<Stream, Stream> decompressor) in CodecComparison.Rivals)
        {
            byte[] compressed = CodecComparison.Compress(bitPacked, compressor);
            rivals.Add((rival, compressed.Length, () => CodecComparison.Compress(bitPacked, compressor), () => Decompress(compressed, decompressor, scratch)));
        }

        byte[] plane = new byte[SymbolPlane.MaxBytes(n) + SymbolPlane.Slack];
        int planeBytes = CodecComparison.Encode(symbols, bits, plane);
        byte[] symbolsAgain = new byte[n];
        rivals.Add(("our Huffman", planeBytes, () => CodecComparison.Encode(symbols, bits, plane), () => SymbolPlane.Read(plane.AsSpan(0, planeBytes), bits, symbolsAgain)));

        double[] encode = Time([.. ours.Concat(rivals).Select(r => r.Encode)]);
        double[] decode = Time([.. ours.Concat(rivals).Select(r => r.Decode)]);
        for (int o = 0; o < ours.Count; o++)
        {
            (string coder, int size, _, _) = ours[o];
            for (int r = 0; r < rivals.Count; r++)
            {
                (string rival, int rivalSize, _, _) = rivals[r];
                bool isZstd = rival.StartsWith("zstd", StringComparison.Ordinal);
                rows.Add(Rate(title, $"{coder}, encode", n, encode[o], encode[ours.Count + r], rival, goal: true));
                rows.Add(Rate(title, $"{coder}, decode", n, decode[o], decode[ours.Count + r], rival, goal: true));
                double limit = isZstd ? SizeGoal : 1;
                rows.Add(ComparisonRow.Of(title, $"{coder}, size", "bits/value", 8.0 * size / n, rival, 8.0 * rivalSize / n, isZstd ? "≥ 15 % smaller" : "smaller", size <= limit * rivalSize));
            }
        }

        MeasureFrame(title, values, shape, levels, bits);

        (string, int, Action, Action) Ours(string coder, FastModel? with, byte[] room)
        {
            int size = PackedPlane.Encode(packed, packing, quantiser.Zero, above, with, room);
            return (coder, size, () => PackedPlane.Encode(packed, packing, quantiser.Zero, above, with, room),
                () => PackedPlane.Decode(room.AsSpan(room.Length - size), packing, quantiser.Zero, with, restored));
        }
    }

    private void MeasureFrame(string title, float[] values, TensorShape shape, int levels, int bits)
    {
        ITensorCodec fast = TensorCodecs.Get(CodecSpec.Fast(levels));
        ITensorCodec huffman = TensorCodecs.Get(CodecSpec.Huffman(bits));
        ArrayBufferWriter<byte> frame = new((int)fast.MaxFrameBytes(shape) + SymbolPlane.Slack);
        ArrayBufferWriter<byte> other = new((int)huffman.MaxFrameBytes(shape) + SymbolPlane.Slack);
        float[] restored = new float[values.Length];
        string rival = $"huffman:{bits} frame";
        double[] seconds = Time([() => Encode(fast, values, shape, frame), () => Encode(huffman, values, shape, other)]);
        rows.Add(Rate(title, "fast frame, encode", values.Length, seconds[0], seconds[1], rival, goal: false));
        seconds = Time([() => fast.Decode(frame.WrittenSpan, shape, restored), () => huffman.Decode(other.WrittenSpan, shape, restored)]);
        rows.Add(Rate(title, "fast frame, decode", values.Length, seconds[0], seconds[1], rival, goal: false));
        rows.Add(ComparisonRow.Of(title, "fast frame, size", "bytes", frame.WrittenCount, rival, other.WrittenCount));
    }

    private static void Decompress(byte[] compressed, Func<Stream, Stream> decompressor, byte[] destination)
    {
        using MemoryStream source = new(compressed);
        using Stream stream = decompressor(source);
        stream.ReadExactly(destination);
    }

    private double[] Time(IReadOnlyList<Action> actions) => Measurement.SecondsOfFastestCall(actions, SecondsPerCase, cancellationToken);

    private static ComparisonRow Rate(string title, string metric, int count, double seconds, double baseline, string rival, bool goal) =>
        ComparisonRow.Of(title, metric, "million values/s", count / seconds / 1e6, rival, count / baseline / 1e6, goal ? $"at least {rival}" : null, goal ? seconds <= baseline : null);

    private static void Encode(ITensorCodec codec, float[] values, TensorShape shape, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        codec.Encode(values, shape, output);
    }

    private static byte[] BitPack(byte[] symbols, int bits) => CodecComparison.Pack(symbols, bits);
}
