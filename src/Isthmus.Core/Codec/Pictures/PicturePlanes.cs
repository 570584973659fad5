using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>
/// The embedded code of coefficients: bit plane by bit plane, from the most significant, and within a plane from low to high frequencies, so that every further byte is worth
/// less than those before. Whether a coefficient becomes other than zero is predicted by six adaptive probabilities, each in the context of other neighbours, whose logistic
/// mixture adapts as well (Mahoney, "Adaptive weighing of context models", 2005); where all neighbours are zero, by one. Sender and receiver run the same loop.
/// </summary>
internal static unsafe class PicturePlanes
{
    // The first decisions: how many planes there are.
    private const int CountBits = 4;

    // How fast weights follow: a right shift of input (8 fraction bits) times error (16).
    private const int WeightShift = 15;

    /// <summary>Codes all planes, or as many as arrived.</summary>
    /// <param name="bits">The sender's or the receiver's end.</param>
    /// <param name="layout">How the coefficients lie.</param>
    /// <param name="model">Adapts.</param>
    /// <param name="limit">How slowly, at last.</param>
    /// <param name="values">Sender: the coefficients in finest steps; receiver: gets 1 or −1, the sign of what is not zero.</param>
    /// <param name="known">Zeros; becomes what the receiver knows: the middle of each magnitude's interval in half finest steps, of which the lowest 1 says how wide it is.</param>
    /// <returns>Whether all planes were coded.</returns>
    public static bool Run<T>(ref T bits, PictureLayout layout, PictureModel model, uint limit, Span<short> values, Span<ushort> known)
        where T : struct, IPictureBits
    {
        ImmutableArray<PictureBand> bands = layout.Bands;
        int blockStride = layout.BlocksWide + 2, blockCount = blockStride * (layout.BlocksHigh + 2);
        int[] blocks = ArrayPool<int>.Shared.Rent(blockCount * layout.Channels);
        blocks.AsSpan(0, blockCount * layout.Channels).Clear();
        try
        {
            fixed (short* value = values)
            fixed (ushort* know = known)
            fixed (int* busy = blocks)
            fixed (uint* probabilities = model.Probabilities)
            fixed (int* weights = model.Weights)
            fixed (int* paces = PictureModel.Paces)
            fixed (short* stretched = Logistic.Stretched)
            fixed (ushort* squashed = Logistic.Probabilities2048)
            {
                Loop<T> loop = new() { Bands = bands, Value = value, Known = know, Busy = busy, BlockStride = blockStride, BlockCount = blockCount, Probabilities = probabilities, Weights = weights, Paces = paces, Stretched = stretched, Squashed = squashed, Limit = limit };
                return loop.Run(ref bits, layout.Order);
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(blocks);
        }
    }

    private ref struct Loop<T>
        where T : struct, IPictureBits
    {
        public ImmutableArray<PictureBand> Bands;
        public short* Value;
        public ushort* Known;
        public int* Busy;
        public int BlockStride;
        public int BlockCount;
        public uint* Probabilities;
        public int* Weights;
        public int* Paces;
        public short* Stretched;
        public ushort* Squashed;
        public uint Limit;

        public readonly bool Run(ref T bits, ImmutableArray<int> order)
        {
            int* largest = stackalloc int[PictureLayout.MostBands];
            bool* active = stackalloc bool[PictureLayout.MostBands];
            int top = -1;
            for (int b = 0; b < Bands.Length; b++)
            {
                active[b] = false;
                largest[b] = T.IsSender ? Largest(Bands[b]) : 0;
                if (largest[b] > 0) top = Math.Max(top, int.Log2(largest[b]));
            }

            uint count = 0;
            for (int i = CountBits - 1; i >= 0; i--)
            {
                count = (2 * count) + bits.Code(((uint)(top + 1) >> i) & 1, 1 << 15);
                if (bits.IsAtEnd) return false;
            }

            top = (int)count - 1;
            for (int plane = top; plane >= 0; plane--)
            {
                foreach (int b in order)
                {
                    PictureBand band = Bands[b];
                    if (band.IsEmpty) continue;
                    if (!active[b])
                    {
                        int context = PictureContexts.Active + (Math.Min(top - plane, 9) * PictureContexts.FrequencyGroups) + (band.Group % PictureContexts.FrequencyGroups);
                        uint isActive = Single(ref bits, Probabilities + context, T.IsSender && largest[b] >> plane != 0 ? 1u : 0);
                        if (bits.IsAtEnd) return false;
                        if (isActive == 0) continue;
                        active[b] = true;
                    }

                    Plane(ref bits, b, plane);
                    if (bits.IsAtEnd) return false;
                }
            }

            return true;
        }

        private readonly int Largest(PictureBand band)
        {
            int largest = 0;
            for (int y = 0; y < band.Height; y++)
            {
                short* row = Value + band.Start + (y * band.Stride);
                for (int x = 0; x < band.Width; x++) largest = Math.Max(largest, Math.Abs((int)row[x]));
            }

            return largest;
        }

        private readonly void Plane(ref T bits, int b, int plane)
        {
            PictureBand band = Bands[b];
            int stride = band.Stride, group = band.Group, up = plane + 1;
            int inBlocks = band.Stage == 0 ? 1 : 0;
            int around = band.Brightness < 0 ? 0 : Bands[band.Brightness].Stride;
            PictureBand? parent = band.Parent >= 0 && !Bands[band.Parent].IsEmpty ? Bands[band.Parent] : null;
            int* weights = Weights + (((group * 16) + plane) * PictureContexts.Mixed);
            short* stretched = Stretched;
            ushort* squashed = Squashed;
            ReadOnlySpan<byte> few = PictureContexts.Few;
            uint** at = stackalloc uint*[PictureContexts.Mixed];
            int* inputs = stackalloc int[PictureContexts.Mixed];
            uint* byBand = Probabilities + PictureContexts.ByBand + (b * PictureContexts.Levels);
            uint* byNeighbours = Probabilities + PictureContexts.ByNeighbours + (group * PictureContexts.Levels * PictureContexts.Levels);
            uint* byBrightness = Probabilities + PictureContexts.ByBrightness + (group * PictureContexts.Levels * PictureContexts.Levels);
            uint* byCorners = Probabilities + PictureContexts.ByCorners + (group * PictureContexts.Levels * PictureContexts.Levels);
            int direction = (((band.Component == 0 ? 0 : 3) + band.Orientation) * PictureContexts.FrequencyGroups) + (group % PictureContexts.FrequencyGroups);
            uint* byDirection = Probabilities + PictureContexts.ByDirection + (direction * PictureContexts.FewLevels * PictureContexts.FewLevels);
            uint* bySum = Probabilities + PictureContexts.BySum + (((plane * 3) + band.Component) * PictureContexts.ManyLevels);
            uint* refinement = Probabilities + PictureContexts.Refinement + (group * 4 * PictureContexts.Levels);
            for (int y = 0; y < band.Height; y++)
            {
                int offset = band.Start + (y * stride);
                ushort* row = Known + offset;
                short* values = Value + offset;
                ushort* first = Row(band.First, y), second = Row(band.Second, y), third = Row(band.Third, y), brightness = Row(band.Brightness, y), blue = Row(band.Blue, y);
                ushort* coarser = parent is null ? null : Known + parent.Start + (Math.Min(y >> 1, parent.Height - 1) * parent.Stride);
                int* busy = Busy + (band.Component * BlockCount) + ((y + 1) * BlockStride) + 1;
                for (int x = 0; x < band.Width; x++)
                {
                    ushort* k = row + x;
                    int sides = k[-1] + k[1], over = k[-stride] + k[stride], corners = k[-stride - 1] + k[-stride + 1] + k[stride - 1] + k[stride + 1];
                    int near = (2 * (sides + over)) + corners;
                    uint magnitude = T.IsSender ? (uint)Math.Abs((int)values[x]) : 0;
                    if (*k != 0)
                    {
                        int age = *k >> up;
                        int context = ((age <= 3 ? 0 : age <= 7 ? 1 : 2) * PictureContexts.Levels) + PictureContexts.Level((near << 1) >> up);
                        uint bit = Single(ref bits, refinement + context, (magnitude >> plane) & 1);
                        if (bits.IsAtEnd) return;
                        *k = (ushort)(bit != 0 ? *k + (1 << plane) : *k - (1 << plane));
                        continue;
                    }

                    int beside = 0, beyond;
                    if (first is not null) beside += 2 * first[x];
                    if (second is not null) beside += 2 * second[x];
                    if (third is not null) beside += third[x];
                    if (coarser is not null) beside += 3 * coarser[Math.Min(x >> 1, parent!.Width - 1)];
                    if (brightness is not null)
                    {
                        ushort* q = brightness + x;
                        beyond = (2 * *q) + ((q[-1] + q[1] + q[-around] + q[around]) >> 1);
                        if (blue is not null) beyond += 4 * blue[x];
                    }
                    else
                    {
                        beyond = (x > 1 ? k[-2] : 0) + (x + 2 < band.Width ? k[2] : 0) + (y > 1 ? k[-2 * stride] : 0) + (y + 2 < band.Height ? k[2 * stride] : 0);
                    }

                    int busyness = plane;
                    if (inBlocks != 0)
                    {
                        int* e = busy + x;
                        int sum = (4 * *e) + (2 * (e[-1] + e[1] + e[-BlockStride] + e[BlockStride])) + e[-BlockStride - 1] + e[-BlockStride + 1] + e[BlockStride - 1] + e[BlockStride + 1];
                        if (band.Component > 0) sum += 2 * e[-band.Component * BlockCount];
                        busyness = PictureContexts.BlockLevel(sum >> up);
                    }

                    uint yes = magnitude >> plane != 0 ? 1u : 0;
                    if (near + beside + beyond == 0)
                    {
                        yes = Single(ref bits, byBand + busyness, yes);
                        if (bits.IsAtEnd) return;
                        if (yes == 0) continue;
                    }
                    else
                    {
                        int nearLevel = PictureContexts.Level((near << 1) >> up);
                        at[0] = byBand + busyness;
                        at[1] = byNeighbours + (nearLevel * PictureContexts.Levels) + PictureContexts.Level((beside << 3) >> up);
                        at[2] = byBrightness + (nearLevel * PictureContexts.Levels) + PictureContexts.Level((beyond << 3) >> up);
                        at[3] = byDirection + (few[PictureContexts.Level((sides << 3) >> up)] * PictureContexts.FewLevels) + few[PictureContexts.Level((over << 3) >> up)];
                        at[4] = bySum + PictureContexts.FineLevel(((near << 1) + (beside << 2) + (beyond << 2)) >> up);
                        at[5] = byCorners + (PictureContexts.Level((corners << 3) >> up) * PictureContexts.Levels) + PictureContexts.Level(((beside + beyond) << 2) >> up);
                        long dot = 0;
                        for (int j = 0; j < PictureContexts.Mixed; j++)
                        {
                            int input = stretched[*at[j] >> 20];
                            inputs[j] = input;
                            dot += (long)input * weights[j];
                        }

                        int mixed = (int)Math.Clamp(dot >> 16, -Logistic.Largest, Logistic.Largest);
                        uint probability = squashed[mixed + 2048];
                        yes = bits.Code(yes, probability);
                        if (bits.IsAtEnd) return;
                        int error = (int)(yes << 16) - (int)probability;
                        for (int j = 0; j < PictureContexts.Mixed; j++)
                        {
                            weights[j] += (int)(((long)inputs[j] * error) >> WeightShift);
                            *at[j] = PictureModel.Next(*at[j], yes, Limit, Paces);
                        }

                        if (yes == 0) continue;
                    }

                    uint negative = bits.Code(T.IsSender && values[x] < 0 ? 1u : 0, 1 << 15);
                    if (bits.IsAtEnd) return;
                    if (!T.IsSender) values[x] = (short)(negative != 0 ? -1 : 1);
                    *k = (ushort)(3 << plane);
                    if (inBlocks != 0) busy[x] += 1 << plane;
                }
            }
        }

        private readonly ushort* Row(int band, int y) => band < 0 || Bands[band].IsEmpty ? null : Known + Bands[band].Start + (y * Bands[band].Stride);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly uint Single(ref T bits, uint* model, uint bit)
        {
            uint decided = bits.Code(bit, PictureModel.Probability(*model));
            if (!bits.IsAtEnd) *model = PictureModel.Next(*model, decided, Limit, Paces);
            return decided;
        }
    }
}
