using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// The entropy coder of the dense codec: magnitudes (and signs) of a tensor to a stream of bytes and back. A magnitude is coded as answers
/// to "larger than 0?", "larger than 1?" …, each with the adaptive probability of its context.
/// </summary>
internal static unsafe class DenseCoding
{
    /// <summary>The largest magnitude.</summary>
    public const int LargestMagnitude = 255;

    /// <summary>Room behind a stream: a value's worst case (14 decisions, 16 bits of escape and a sign of at most 11 bits each), and the stream's end.</summary>
    public const int Slack = 48 + BinaryEncoder.Slack;

    private const int EscapeBits = 8;
    private const int SignContexts = 9;
    private const int Models = (DenseContexts.Decisions * DenseContexts.Count) + EscapeBits + SignContexts;
    private const int CostShift = 6;

    // How strongly an encoder prefers the cheaper magnitude, in squared steps that a bit is worth: LeastLambda + LambdaByStep / q, at most MostLambda.
    private const float LeastLambda = 0.05f, LambdaByStep = 0.4f, MostLambda = 0.15f;

    // Bits of an event by its probability in units of 2⁻¹⁰.
    private static readonly ImmutableArray<float> Bits =
        [.. Enumerable.Range(0, (1 << (16 - CostShift)) + 1).Select(p => 16 - CostShift - (DenseContexts.Octaves(Math.Max(1, p)) / 65_536f))];

    /// <summary>
    /// Chooses magnitudes for values and codes them. A magnitude is the nearest one, or the next smaller where that saves more bits than
    /// it costs in error (rate-distortion optimisation).
    /// </summary>
    /// <param name="geometry">The tensor's.</param>
    /// <param name="quality">Steps in four root mean squares.</param>
    /// <param name="tables">What was trained, or the defaults.</param>
    /// <param name="values">The values. What the quantiser lists as exceptions is coded as 0.</param>
    /// <param name="quantiser">The quantiser; its step is above 0.</param>
    /// <param name="signed">Whether there are negative values.</param>
    /// <param name="destination">Where the stream goes; its last <see cref="Slack"/> bytes are scribbled on.</param>
    /// <param name="centred">The quantiser, with the places where the values of its magnitudes lie on average.</param>
    /// <returns>The stream's length; −1 if it does not fit.</returns>
    [SkipLocalsInit]
    public static int Encode(DenseGeometry geometry, int quality, DenseTables tables, ReadOnlySpan<float> values, DenseQuantiser quantiser, bool signed, Span<byte> destination, out DenseQuantiser centred)
    {
        short[] planes = ArrayPool<short>.Shared.Rent(geometry.PlaneLength);
        int[] work = ArrayPool<int>.Shared.Rent(geometry.WorkLength);
        sbyte[] signs = signed ? ArrayPool<sbyte>.Shared.Rent(values.Length) : [];
        uint* models = stackalloc uint[Models];
        Span<double> sums = stackalloc double[4];
        Span<int> counts = stackalloc int[4];
        sums.Clear();
        counts.Clear();
        try
        {
            Start(models, quality);
            fixed (short* planesAt = planes)
            fixed (int* workAt = work)
            fixed (float* input = values)
            fixed (byte* output = destination)
            fixed (sbyte* signAt = signs)
            fixed (ushort* meanClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Mean))
            fixed (ushort* spreadClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Spread))
            fixed (int* paces = BitModel.Paces)
            fixed (float* bits = ImmutableCollectionsMarshal.AsArray(Bits))
            {
                DenseState state = new(geometry, planesAt, workAt, meanClass, spreadClass);
                BinaryEncoder coder = new(output);
                byte* limit = output + destination.Length - Slack;
                double inverse = 1.0 / quantiser.Step;
                bool exact = quantiser.IsExact;
                float lambda = Math.Min(MostLambda, LeastLambda + (LambdaByStep / quality));
                int i = 0, fading = Scaled(DenseDefaults.Channel.Mean, quality);
                for (int c = 0; c < geometry.Channels; c++)
                {
                    ref readonly DenseChannel channel = ref tables.Channel(c);
                    state.BeginChannel(c, channel, tables.IsTrained ? Scaled(channel.Mean, quality) : fading, Scaled(channel.Offset, quality));
                    for (int y = 0; y < geometry.Height; y++)
                    {
                        state.BeginRow(y);
                        for (int x = 0; x < geometry.Width; x++, i++)
                        {
                            if (coder.Next > limit)
                            {
                                centred = quantiser;
                                return -1;
                            }

                            float value = input[i];
                            double steps = Math.Abs((double)value) * inverse;
                            int context = state.Context(x);
                            int magnitude = 0;
                            uint* model = models + context;
                            // NaN fails both comparisons.
                            if (steps >= 0.5 && steps < LargestMagnitude + 0.5)
                            {
                                magnitude = (int)(steps + 0.5);
                                if (!exact) magnitude = Choose((float)steps, magnitude, model, bits, lambda);
                                if (magnitude > 0)
                                {
                                    int cell = Math.Min(magnitude, 3);
                                    sums[cell] += steps - magnitude;
                                    counts[cell]++;
                                }
                            }

                            int k = 0;
                            for (; k < DenseContexts.Decisions; k++, model += DenseContexts.Count)
                            {
                                uint larger = magnitude > k ? 1u : 0u;
                                coder.Encode(larger, BitModel.Probability(*model));
                                *model = BitModel.Next(*model, larger, paces);
                                if (larger == 0) break;
                            }

                            if (k == DenseContexts.Decisions) EncodeEscape(ref coder, magnitude - k, models, paces);
                            if (signed) EncodeSign(ref coder, magnitude == 0 ? 0 : value < 0 ? 1 : 2, signAt, i, x, y, geometry.Width, models, paces);
                            state.Push(x, magnitude);
                        }

                        state.EndRow();
                    }

                    state.EndChannel();
                    fading += (state.RunningMean - fading) >> 3;
                }

                centred = quantiser with { First = Place(sums[1], counts[1]), Second = Place(sums[2], counts[2]), Others = Place(sums[3], counts[3]) };
                return coder.Finish();
            }
        }
        finally
        {
            ArrayPool<short>.Shared.Return(planes);
            ArrayPool<int>.Shared.Return(work);
            if (signed) ArrayPool<sbyte>.Shared.Return(signs);
        }
    }

    /// <summary>Reads magnitudes and turns them into values.</summary>
    /// <param name="geometry">The tensor's.</param>
    /// <param name="quality">As the encoder had it.</param>
    /// <param name="tables">As the encoder had them.</param>
    /// <param name="stream">The whole stream.</param>
    /// <param name="signed">Whether there are negative values.</param>
    /// <param name="levels">The value of each magnitude.</param>
    /// <param name="destination">Receives the values.</param>
    /// <exception cref="FrameException">The stream does not end with the last value.</exception>
    [SkipLocalsInit]
    public static void Decode(DenseGeometry geometry, int quality, DenseTables tables, ReadOnlySpan<byte> stream, bool signed, ReadOnlySpan<float> levels, Span<float> destination)
    {
        short[] planes = ArrayPool<short>.Shared.Rent(geometry.PlaneLength);
        int[] work = ArrayPool<int>.Shared.Rent(geometry.WorkLength);
        sbyte[] signs = signed ? ArrayPool<sbyte>.Shared.Rent(destination.Length) : [];
        uint* models = stackalloc uint[Models];
        try
        {
            Start(models, quality);
            fixed (short* planesAt = planes)
            fixed (int* workAt = work)
            fixed (float* output = destination)
            fixed (float* level = levels)
            fixed (byte* input = stream)
            fixed (sbyte* signAt = signs)
            fixed (ushort* meanClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Mean))
            fixed (ushort* spreadClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Spread))
            fixed (int* paces = BitModel.Paces)
            {
                DenseState state = new(geometry, planesAt, workAt, meanClass, spreadClass);
                BinaryDecoder coder = new(input, stream.Length);
                int i = 0, fading = Scaled(DenseDefaults.Channel.Mean, quality);
                for (int c = 0; c < geometry.Channels; c++)
                {
                    ref readonly DenseChannel channel = ref tables.Channel(c);
                    state.BeginChannel(c, channel, tables.IsTrained ? Scaled(channel.Mean, quality) : fading, Scaled(channel.Offset, quality));
                    for (int y = 0; y < geometry.Height; y++)
                    {
                        state.BeginRow(y);
                        for (int x = 0; x < geometry.Width; x++, i++)
                        {
                            uint* model = models + state.Context(x);
                            int magnitude = 0;
                            for (; magnitude < DenseContexts.Decisions; magnitude++, model += DenseContexts.Count)
                            {
                                uint larger = coder.Decode(BitModel.Probability(*model));
                                *model = BitModel.Next(*model, larger, paces);
                                if (larger == 0) break;
                            }

                            if (magnitude == DenseContexts.Decisions) magnitude += DecodeEscape(ref coder, models, paces);
                            float value = level[magnitude];
                            output[i] = signed && magnitude > 0 && DecodeSign(ref coder, signAt, i, x, y, geometry.Width, models, paces) ? -value : value;
                            if (signed && magnitude == 0) signAt[i] = 0;
                            state.Push(x, magnitude);
                        }

                        state.EndRow();
                    }

                    state.EndChannel();
                    fading += (state.RunningMean - fading) >> 3;
                }

                if (!coder.IsExact) throw new FrameException(FrameError.BadCode, "The frame's stream does not end with its last value: send it again.");
            }
        }
        finally
        {
            ArrayPool<short>.Shared.Return(planes);
            ArrayPool<int>.Shared.Return(work);
            if (signed) ArrayPool<sbyte>.Shared.Return(signs);
        }
    }

    private static sbyte Place(double sum, int count) => count == 0 ? (sbyte)0 : (sbyte)Math.Clamp(Math.Round(256 * sum / count), sbyte.MinValue, sbyte.MaxValue);

    /// <summary>A length in units of the tensor's scale to sixteenths of a step.</summary>
    internal static int Scaled(int length, int quality) => (length * quality) >> 8;

    private static void Start(uint* models, int quality)
    {
        ReadOnlySpan<ushort> probabilities = DenseDefaults.Probabilities(quality);
        for (int i = 0; i < probabilities.Length; i++) models[i] = BitModel.Start(probabilities[i], DenseDefaults.Seen);
        new Span<uint>(models + probabilities.Length, EscapeBits + SignContexts).Fill(BitModel.Even);
    }

    // The nearest magnitude or the one below it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Choose(float steps, int nearest, uint* model, float* bits, float lambda) =>
        nearest < DenseContexts.Decisions && IsCheaper(steps, nearest, model, bits, lambda) ? nearest - 1 : nearest;

    // Whether magnitude − 1 costs less than magnitude.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsCheaper(float steps, int magnitude, uint* model, float* bits, float lambda)
    {
        float error = steps - magnitude;
        // (error + 1)² − error²
        float worse = (2 * error) + 1;
        if (worse > 1) return false;
        uint below = BitModel.Probability(model[(magnitude - 1) * DenseContexts.Count]) >> CostShift;
        uint at = BitModel.Probability(model[magnitude * DenseContexts.Count]) >> CostShift;
        const uint One = 1 << (16 - CostShift);
        float saved = bits[below] + bits[One - at] - bits[One - below];
        return worse < lambda * saved;
    }

    // Elias' gamma code of the rest plus one, its length in unary with adaptive probabilities.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EncodeEscape(ref BinaryEncoder coder, int rest, uint* models, int* paces)
    {
        uint* model = models + (DenseContexts.Decisions * DenseContexts.Count);
        int length = 31 - System.Numerics.BitOperations.LeadingZeroCount((uint)(rest + 1));
        for (int i = 0; i < EscapeBits; i++)
        {
            uint longer = i < length ? 1u : 0u;
            coder.Encode(longer, BitModel.Probability(model[i]));
            model[i] = BitModel.Next(model[i], longer, paces);
            if (longer == 0) break;
        }

        for (int i = length - 1; i >= 0; i--) coder.Encode((uint)((rest + 1) >> i) & 1, 1 << 15);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int DecodeEscape(ref BinaryDecoder coder, uint* models, int* paces)
    {
        uint* model = models + (DenseContexts.Decisions * DenseContexts.Count);
        int length = 0;
        for (; length < EscapeBits; length++)
        {
            uint longer = coder.Decode(BitModel.Probability(model[length]));
            model[length] = BitModel.Next(model[length], longer, paces);
            if (longer == 0) break;
        }

        int rest = 1;
        for (int i = 0; i < length; i++) rest = (rest << 1) | (int)coder.Decode(1 << 15);
        if (rest - 1 > LargestMagnitude - DenseContexts.Decisions)
            throw new FrameException(FrameError.BadCode, $"The frame has a magnitude above {LargestMagnitude}: send it again.");
        return rest - 1;
    }

    // Signs: 0 none, 1 negative, 2 positive; the context is the signs of west and north.
    private static void EncodeSign(ref BinaryEncoder coder, int sign, sbyte* signs, int i, int x, int y, int width, uint* models, int* paces)
    {
        signs[i] = (sbyte)sign;
        if (sign == 0) return;
        uint* model = SignModel(signs, i, x, y, width, models);
        uint negative = sign == 1 ? 1u : 0u;
        coder.Encode(negative, BitModel.Probability(*model));
        *model = BitModel.Next(*model, negative, paces);
    }

    private static bool DecodeSign(ref BinaryDecoder coder, sbyte* signs, int i, int x, int y, int width, uint* models, int* paces)
    {
        uint* model = SignModel(signs, i, x, y, width, models);
        uint negative = coder.Decode(BitModel.Probability(*model));
        *model = BitModel.Next(*model, negative, paces);
        signs[i] = (sbyte)(negative == 1 ? 1 : 2);
        return negative == 1;
    }

    private static uint* SignModel(sbyte* signs, int i, int x, int y, int width, uint* models)
    {
        int west = x > 0 ? signs[i - 1] : 0;
        int north = y > 0 ? signs[i - width] : 0;
        return models + (DenseContexts.Decisions * DenseContexts.Count) + EscapeBits + (3 * west) + north;
    }
}
