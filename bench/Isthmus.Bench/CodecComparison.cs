using System.Buffers;
using System.IO.Compression;
using Isthmus.Core.Codec;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;

namespace Isthmus.Bench;

/// <summary>
/// `bench codec`: the quantiser beside a loop over the values, the Huffman coder beside the framework's Deflate and Brotli at
/// their fastest on the same symbols packed to c bits, and the frame's size beside the raw tensor; then the fast coder beside those and the
/// system's zstd, and the dense codec beside JALAD's. One thread.
/// </summary>
public sealed class CodecComparison : IComparison
{
    private const double HuffmanGoal = 100;
    private const double QuantiserGoal = 500;
    private const double RoundSeconds = 0.015;

    private const int SyntheticTraining = 40;
    private const int FirstTrainingSeed = 100;

    private static readonly int[] AllWidths = [8, 4, 2, 16];
    private static readonly int[] SomeWidths = [8, 4];
    private static readonly int[] LevelsOf = [3, 4, 8, 16];

    internal static readonly (string Name, Func<Stream, Stream> Compressor, Func<Stream, Stream> Decompressor)[] Rivals =
    [
        ("Deflate, fastest", s => new DeflateStream(s, CompressionLevel.Fastest, leaveOpen: true), s => new DeflateStream(s, CompressionMode.Decompress)),
        ("Brotli, fastest", s => new BrotliStream(s, CompressionLevel.Fastest, leaveOpen: true), s => new BrotliStream(s, CompressionMode.Decompress)),
    ];

    /// <inheritdoc/>
    public string Name => "codec";

    /// <inheritdoc/>
    public string Summary => "The quantiser beside a scalar loop, Huffman and the fast coder beside zstd, Deflate and Brotli at their fastest on the same packed symbols, on one thread.";

    /// <inheritdoc/>
    public Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        progress.Report(new("activations of a real network", 0));
        IReadOnlyList<(string Name, TensorShape Shape, float[] Values, FastTables Tables, IReadOnlyList<float[]> Others)> real = RealActivations.Read(LevelsOf, cancellationToken, 0.4, 0.72, 0.93);
        (string Name, float[] Values, int[] Widths)[] inputs =
        [
            ("ReLU-like 64×56×56", SyntheticActivations.Relu(64, 56, 1), AllWidths),
            ("linear 64×56×56", SyntheticActivations.Linear(64 * 56 * 56, 2), SomeWidths),
            .. real.Where((_, i) => i is 0 or 2).Select(a => (a.Name, a.Values, SomeWidths)),
        ];
        int cases = inputs.Sum(i => i.Widths.Length) + ((LevelsOf.Length + DenseRows.Settings.Length) * (1 + real.Count));
        List<ComparisonRow> rows = [];
        int done = 0;
        foreach ((string input, float[] values, int[] widths) in inputs)
        {
            foreach (int bits in widths)
            {
                string name = $"{input}, {bits} bits";
                progress.Report(new(name, (double)done++ / cases));
                MeasureQuantiser(rows, name, values, bits, cancellationToken);
                if (bits <= 8) MeasureCoder(rows, name, values, bits, cancellationToken);
                MeasureFrame(rows, name, values, bits, cancellationToken);
            }
        }

        using ZstdLibrary? zstd = ZstdLibrary.TryLoad();
        if (zstd is null) rows.Add(ComparisonRow.Of("fast coder", "libzstd.so.1 is not installed here: rows against it are left out", "rows", 0, "zstd, level 1", 0));
        FastCoderRows fast = new(rows, zstd, cancellationToken);
        DenseRows dense = new(rows, cancellationToken);
        TensorShape synthetic = new(1, 64, 56, 56);
        FastTablesTrainer trainer = new(synthetic, LevelsOf);
        for (int seed = 0; seed < SyntheticTraining; seed++) trainer.Add(SyntheticActivations.Relu(64, 56, FirstTrainingSeed + seed));
        foreach ((string input, TensorShape shape, float[] values, FastTables tables, IReadOnlyList<float[]> others) in real.Prepend(("ReLU-like 64×56×56", synthetic, inputs[0].Values, trainer.Train(), [])))
        {
            foreach (int levels in LevelsOf)
            {
                progress.Report(new($"{input}, {levels} levels", (double)done++ / cases));
                fast.Measure(input, values, shape, tables, levels);
            }

            new ChannelRangeRows(rows, cancellationToken).Measure(input, values, shape, others, LevelsOf);
            foreach ((int quality, int bits) in DenseRows.Settings)
            {
                progress.Report(new($"{input}, dense:{quality}", (double)done++ / cases));
                dense.Measure(input, values, shape, quality, bits);
            }
        }

        progress.Report(new("done", 1));
        return Task.FromResult<IReadOnlyList<ComparisonRow>>(rows);
    }

    private static void MeasureQuantiser(List<ComparisonRow> rows, string name, float[] values, int bits, CancellationToken cancellationToken)
    {
        byte[] indices = new byte[values.Length];
        byte[] low = bits == 16 ? new byte[values.Length] : [];
        ushort[] loopIndices = new ushort[values.Length];
        float[] restored = new float[values.Length];
        double[] seconds = Measurement.SecondsPerCall(
            [
                () =>
                {
                    FloatRange range = FloatRange.Of(values);
                    AffineQuantiser quantiser = new(range.Min, range.Max, bits);
                    if (bits == 16) quantiser.Quantise(values, indices, low);
                    else quantiser.Quantise(values, indices);
                },
                () => ScalarQuantise(values, loopIndices, bits),
            ],
            roundSeconds: RoundSeconds, cancellationToken: cancellationToken);
        rows.Add(Rate(name, "find range and quantise", "million values/s", values.Length, seconds, "scalar loop", QuantiserGoal, 1e6));

        FloatRange known = FloatRange.Of(values);
        AffineQuantiser ready = new(known.Min, known.Max, bits);
        seconds = Measurement.SecondsPerCall(
            [
                () =>
                {
                    if (bits == 16) ready.Dequantise(indices, low, restored);
                    else ready.Dequantise(indices, restored);
                },
                () => ScalarDequantise(loopIndices, restored, known, bits),
            ],
            roundSeconds: RoundSeconds, cancellationToken: cancellationToken);
        rows.Add(Rate(name, "dequantise", "million values/s", values.Length, seconds, "scalar loop", QuantiserGoal, 1e6));
    }

    private static void MeasureCoder(List<ComparisonRow> rows, string name, float[] values, int bits, CancellationToken cancellationToken)
    {
        int n = values.Length;
        byte[] symbols = new byte[n];
        FloatRange range = FloatRange.Of(values);
        new AffineQuantiser(range.Min, range.Max, bits).Quantise(values, symbols);
        byte[] packed = Pack(symbols, bits);

        byte[] plane = new byte[SymbolPlane.MaxBytes(n) + SymbolPlane.Slack];
        int planeBytes = Encode(symbols, bits, plane);
        byte[] restored = new byte[n];
        byte[] scratch = new byte[packed.Length];
        List<Action> encoders = [() => Encode(symbols, bits, plane)];
        List<Action> decoders = [() => SymbolPlane.Read(plane.AsSpan(0, planeBytes), bits, restored)];
        int[] sizes = new int[Rivals.Length];
        for (int r = 0; r < Rivals.Length; r++)
        {
            (_, Func<Stream, Stream> compressor, Func<Stream, Stream> decompressor) = Rivals[r];
            byte[] compressed = Compress(packed, compressor);
            sizes[r] = compressed.Length;
            encoders.Add(() => Compress(packed, compressor));
            decoders.Add(() =>
            {
                using MemoryStream source = new(compressed);
                using Stream stream = decompressor(source);
                stream.ReadExactly(scratch);
            });
        }

        double[] encode = Measurement.SecondsPerCall(encoders, roundSeconds: RoundSeconds, cancellationToken: cancellationToken);
        double[] decode = Measurement.SecondsPerCall(decoders, roundSeconds: RoundSeconds, cancellationToken: cancellationToken);
        for (int r = 0; r < Rivals.Length; r++)
        {
            string rival = Rivals[r].Name;
            rows.Add(Rate(name, "Huffman encode", "MB/s of symbols", n, [encode[0], encode[r + 1]], rival, HuffmanGoal, 1e6));
            rows.Add(Rate(name, "Huffman decode", "MB/s of symbols", n, [decode[0], decode[r + 1]], rival, HuffmanGoal, 1e6));
            rows.Add(ComparisonRow.Of(name, "coded size", "bits/value", 8.0 * planeBytes / n, rival, 8.0 * sizes[r] / n));
        }
    }

    internal static byte[] Compress(byte[] bytes, Func<Stream, Stream> compressor)
    {
        using MemoryStream output = new(bytes.Length + 1024);
        using (Stream stream = compressor(output)) stream.Write(bytes);
        return output.ToArray();
    }

    private static void MeasureFrame(List<ComparisonRow> rows, string name, float[] values, int bits, CancellationToken cancellationToken)
    {
        ITensorCodec codec = TensorCodecs.Get(CodecSpec.Huffman(bits));
        ITensorCodec raw = TensorCodecs.Get(CodecSpec.Raw);
        TensorShape shape = new(values.Length);
        ArrayBufferWriter<byte> frame = Frame(codec, values, shape);
        ArrayBufferWriter<byte> rawFrame = Frame(raw, values, shape);
        float[] restored = new float[values.Length];
        double[] seconds = Measurement.SecondsPerCall(
            [() => Encode(codec, values, shape, frame), () => Encode(raw, values, shape, rawFrame)], roundSeconds: RoundSeconds, cancellationToken: cancellationToken);
        rows.Add(Rate(name, "whole frame, encode", "million values/s", values.Length, seconds, "raw frame", goal: null, 1e6));
        seconds = Measurement.SecondsPerCall(
            [() => codec.Decode(frame.WrittenSpan, shape, restored), () => raw.Decode(rawFrame.WrittenSpan, shape, restored)], roundSeconds: RoundSeconds, cancellationToken: cancellationToken);
        rows.Add(Rate(name, "whole frame, decode", "million values/s", values.Length, seconds, "raw frame", goal: null, 1e6));
        rows.Add(ComparisonRow.Of(name, "frame size", "bytes", frame.WrittenCount, "raw frame", rawFrame.WrittenCount));
    }

    private static ArrayBufferWriter<byte> Frame(ITensorCodec codec, float[] values, TensorShape shape)
    {
        ArrayBufferWriter<byte> output = new((int)codec.MaxFrameBytes(shape) + SymbolPlane.Slack);
        Encode(codec, values, shape, output);
        return output;
    }

    private static void Encode(ITensorCodec codec, float[] values, TensorShape shape, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        codec.Encode(values, shape, output);
    }

    internal static int Encode(byte[] symbols, int bits, byte[] plane) =>
        new SymbolPlaneWriter(symbols, bits, stackalloc byte[HuffmanCode.MaxSymbols]).Write(plane);

    private static ComparisonRow Rate(string name, string metric, string unit, int count, double[] seconds, string baseline, double? goal, double per)
    {
        double figure = count / seconds[0] / per;
        return ComparisonRow.Of(
            name, metric, unit, figure, baseline, count / seconds[1] / per, goal is null ? null : $"≥ {goal} {unit}", goal is null ? null : figure >= goal);
    }

    // What one writes without thinking about speed.
    private static void ScalarQuantise(float[] values, ushort[] indices, int bits)
    {
        float min = float.MaxValue;
        float max = float.MinValue;
        foreach (float v in values)
        {
            min = Math.Min(min, v);
            max = Math.Max(max, v);
        }

        float scale = ((1 << bits) - 1) / (max - min);
        for (int i = 0; i < values.Length; i++) indices[i] = (ushort)MathF.Round((values[i] - min) * scale);
    }

    private static void ScalarDequantise(ushort[] indices, float[] values, FloatRange range, int bits)
    {
        float step = (range.Max - range.Min) / ((1 << bits) - 1);
        for (int i = 0; i < values.Length; i++) values[i] = range.Min + (indices[i] * step);
    }

    internal static byte[] Pack(byte[] symbols, int bits)
    {
        byte[] packed = new byte[((symbols.Length * bits) + 7) / 8];
        for (int i = 0, at = 0; i < symbols.Length; i++, at += bits)
        {
            int word = symbols[i] << (at & 7);
            packed[at >> 3] |= (byte)word;
            if (word > 255) packed[(at >> 3) + 1] |= (byte)(word >> 8);
        }

        return packed;
    }
}
