using System.Buffers;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>
/// Pixels to coefficients and back: brightness and two colours (ITU-R BT.601), the orthonormal cosine transform of blocks of 8 × 8, and of their means the 9/7 wavelet
/// transform by lifting. All in fixed point, in units of 1/16 of a pixel value: the same on every processor.
/// </summary>
internal static unsafe class PictureTransform
{
    private const int Block = PictureLayout.Block;

    // cos(kπ/16) / 2 in units of 2⁻¹³.
    private const int C1 = 4017, C2 = 3784, C3 = 3406, C4 = 2896, C5 = 2276, C6 = 1567, C7 = 799;

    private const int Shift = 13, Half = 1 << (Shift - 1);

    // The 9/7 wavelet's lifting steps and the scale of its low half, in units of 2⁻¹⁴ (Daubechies and Sweldens, 1998).
    private const int Alpha = -25_987, Beta = -868, Gamma = 14_466, Delta = 7_266, Low = 18_835, High = 14_252;

    private const int LiftShift = 14, LiftHalf = 1 << (LiftShift - 1);

    // How many pixels to each side of a block's edge are mixed across it.
    private const int Overlap = 3;

    // The filter across an edge and its inverse, in units of 2⁻¹⁴: what differs between the two sides is turned by C2ᵀ·diag(s, 1, 1)·C4, the cosine transforms of types 2 and 4 of three
    // values (Tran, Liang and Tu, "Lapped transform via time-domain pre- and post-filtering", 2003), nearest the edge first; s = 1.2.
    private static ReadOnlySpan<short> Before => [14_363, 9_381, 3_677, -8_152, 14_277, 6_125, 985, -3_997, 17_055];

    private static ReadOnlySpan<short> After => [13_630, -8_885, 252, 7_378, 12_275, -5_999, 942, 3_390, 14_319];

    /// <summary>The coefficients of a picture, in whole finest steps, rounded towards zero.</summary>
    public static void Forward(PictureLayout layout, ReadOnlySpan<byte> pixels, Span<short> values)
    {
        int area = layout.Width * layout.Height, blocks = layout.BlocksWide * layout.BlocksHigh;
        int[] rented = ArrayPool<int>.Shared.Rent(area + (2 * blocks));
        try
        {
            Span<int> plane = rented.AsSpan(0, area), means = rented.AsSpan(area, blocks), scratch = rented.AsSpan(area + blocks, blocks);
            for (int component = 0; component < layout.Channels; component++)
            {
                Component(pixels, layout.Channels, component, plane);
                AcrossColumns(plane, layout.Width, layout.Height, Before);
                AcrossRows(plane, layout.Width, layout.Height, Before);
                Blocks(layout, component, plane, means, values);
                Waves(layout, component, means, scratch, values);
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    /// <summary>The picture of what is known of its coefficients.</summary>
    public static void Inverse(PictureLayout layout, ReadOnlySpan<short> signs, ReadOnlySpan<ushort> known, Span<byte> pixels)
    {
        int area = layout.Width * layout.Height, blocks = layout.BlocksWide * layout.BlocksHigh;
        int[] rented = ArrayPool<int>.Shared.Rent((layout.Channels * area) + (2 * blocks));
        try
        {
            Span<int> means = rented.AsSpan(layout.Channels * area, blocks), scratch = rented.AsSpan((layout.Channels * area) + blocks, blocks);
            for (int component = 0; component < layout.Channels; component++)
            {
                Span<int> plane = rented.AsSpan(component * area, area);
                Unwave(layout, component, signs, known, means, scratch);
                Unblock(layout, component, signs, known, means, plane);
                AcrossRows(plane, layout.Width, layout.Height, After);
                AcrossColumns(plane, layout.Width, layout.Height, After);
            }

            Pixels(rented, area, layout.Channels, pixels);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    // BT.601 in units of 2⁻¹⁶, times 16: 0.299, 0.587, 0.114; 0.564 (B − Y); 0.713 (R − Y).
    private static void Component(ReadOnlySpan<byte> pixels, int channels, int component, Span<int> plane)
    {
        if (channels == 1)
        {
            for (int i = 0; i < plane.Length; i++) plane[i] = (pixels[i] - 128) << 4;
            return;
        }

        (int red, int green, int blue) = component switch { 0 => (19_595, 38_470, 7_471), 1 => (-11_058, -21_710, 32_768), _ => (32_768, -27_439, -5_329) };
        int offset = (component == 0 ? -128 << 16 : 0) + (1 << 11);
        for (int i = 0; i < plane.Length; i++)
        {
            ReadOnlySpan<byte> p = pixels.Slice(3 * i, 3);
            plane[i] = ((red * p[0]) + (green * p[1]) + (blue * p[2]) + offset) >> 12;
        }
    }

    private static void Pixels(ReadOnlySpan<int> planes, int area, int channels, Span<byte> pixels)
    {
        if (channels == 1)
        {
            for (int i = 0; i < area; i++) pixels[i] = Clamp((long)planes[i] << 16);
            return;
        }

        ReadOnlySpan<int> brightness = planes[..area], blue = planes.Slice(area, area), red = planes.Slice(2 * area, area);
        for (int i = 0; i < area; i++)
        {
            long y = (long)brightness[i] << 16;
            pixels[3 * i] = Clamp(y + (91_881L * red[i]));
            pixels[(3 * i) + 1] = Clamp(y - (22_554L * blue[i]) - (46_802L * red[i]));
            pixels[(3 * i) + 2] = Clamp(y + (116_130L * blue[i]));
        }
    }

    private static byte Clamp(long value) => (byte)Math.Clamp(((value + (1 << 19)) >> 20) + 128, 0, 255);

    private static void AcrossColumns(Span<int> plane, int width, int height, ReadOnlySpan<short> filter)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = Block; x + Overlap <= width; x += Block) Across(plane, (y * width) + x, 1, filter);
        }
    }

    private static void AcrossRows(Span<int> plane, int width, int height, ReadOnlySpan<short> filter)
    {
        for (int y = Block; y + Overlap <= height; y += Block)
        {
            for (int x = 0; x < width; x++) Across(plane, (y * width) + x, width, filter);
        }
    }

    private static void Across(Span<int> plane, int edge, int step, ReadOnlySpan<short> f)
    {
        int l0 = plane[edge - step], l1 = plane[edge - (2 * step)], l2 = plane[edge - (3 * step)];
        int r0 = plane[edge], r1 = plane[edge + step], r2 = plane[edge + (2 * step)];
        int d0 = l0 - r0, d1 = l1 - r1, d2 = l2 - r2;
        int c0 = ((f[0] * d0) + (f[1] * d1) + (f[2] * d2) + LiftHalf) >> LiftShift;
        int c1 = ((f[3] * d0) + (f[4] * d1) + (f[5] * d2) + LiftHalf) >> LiftShift;
        int c2 = ((f[6] * d0) + (f[7] * d1) + (f[8] * d2) + LiftHalf) >> LiftShift;
        // Sum and difference of the two sides, halved; the sum is as it was.
        (plane[edge - step], plane[edge]) = ((l0 + r0 + c0) >> 1, (l0 + r0 - c0) >> 1);
        (plane[edge - (2 * step)], plane[edge + step]) = ((l1 + r1 + c1) >> 1, (l1 + r1 - c1) >> 1);
        (plane[edge - (3 * step)], plane[edge + (2 * step)]) = ((l2 + r2 + c2) >> 1, (l2 + r2 - c2) >> 1);
    }

    private static void Blocks(PictureLayout layout, int component, ReadOnlySpan<int> plane, Span<int> means, Span<short> values)
    {
        int* block = stackalloc int[Block * Block];
        int side = PictureLayout.Side(component), width = layout.Width, height = layout.Height, first = PictureLayout.FirstBand(component);
        int band = layout.Bands[first].Start, stride = layout.Bands[first].Stride;
        int* inverses = stackalloc int[Block * Block];
        for (int k = 1; k < side * side; k++) inverses[k] = Reciprocal(layout.Bands[first + k - 1]);
        int between = stride * (layout.BlocksHigh + 2);
        for (int by = 0; by < layout.BlocksHigh; by++)
        {
            for (int bx = 0; bx < layout.BlocksWide; bx++)
            {
                for (int y = 0; y < Block; y++)
                {
                    ReadOnlySpan<int> row = plane.Slice(Math.Min((by * Block) + y, height - 1) * width, width);
                    int x0 = bx * Block;
                    // Behind the edge the last pixel is repeated.
                    for (int x = 0; x < Block; x++) block[(y * Block) + x] = row[Math.Min(x0 + x, width - 1)];
                    Cosines(block + (y * Block), 1);
                }

                for (int u = 0; u < side; u++) Cosines(block + u, Block);
                means[(by * layout.BlocksWide) + bx] = block[0];
                int at = band + (by * stride) + bx;
                for (int v = 0; v < side; v++)
                {
                    for (int u = v == 0 ? 1 : 0; u < side; u++, at += between) values[at] = Steps(block[(v * Block) + u], inverses[(v * side) + u]);
                }
            }
        }
    }

    private static void Unblock(PictureLayout layout, int component, ReadOnlySpan<short> signs, ReadOnlySpan<ushort> known, ReadOnlySpan<int> means, Span<int> plane)
    {
        int* block = stackalloc int[Block * Block];
        int side = PictureLayout.Side(component), width = layout.Width, height = layout.Height, first = PictureLayout.FirstBand(component);
        int band = layout.Bands[first].Start, stride = layout.Bands[first].Stride;
        int* steps = stackalloc int[Block * Block];
        for (int k = 1; k < side * side; k++) steps[k] = layout.Bands[first + k - 1].Step;
        int between = stride * (layout.BlocksHigh + 2);
        for (int by = 0; by < layout.BlocksHigh; by++)
        {
            for (int bx = 0; bx < layout.BlocksWide; bx++)
            {
                new Span<int>(block, Block * Block).Clear();
                block[0] = means[(by * layout.BlocksWide) + bx];
                int at = band + (by * stride) + bx;
                for (int v = 0; v < side; v++)
                {
                    for (int u = v == 0 ? 1 : 0; u < side; u++, at += between)
                    {
                        if (known[at] != 0) block[(v * Block) + u] = Value(known[at], signs[at], steps[(v * side) + u]);
                    }
                }

                for (int u = 0; u < side; u++) Uncosines(block + u, Block);
                int rows = Math.Min(Block, height - (by * Block)), columns = Math.Min(Block, width - (bx * Block));
                for (int y = 0; y < rows; y++)
                {
                    Uncosines(block + (y * Block), 1);
                    new ReadOnlySpan<int>(block + (y * Block), columns).CopyTo(plane[((((by * Block) + y) * width) + (bx * Block))..]);
                }
            }
        }
    }

    private static void Cosines(int* x, int step)
    {
        int s0 = x[0] + x[7 * step], s1 = x[step] + x[6 * step], s2 = x[2 * step] + x[5 * step], s3 = x[3 * step] + x[4 * step];
        int d0 = x[0] - x[7 * step], d1 = x[step] - x[6 * step], d2 = x[2 * step] - x[5 * step], d3 = x[3 * step] - x[4 * step];
        x[0] = ((C4 * (s0 + s1 + s2 + s3)) + Half) >> Shift;
        x[step] = ((C1 * d0) + (C3 * d1) + (C5 * d2) + (C7 * d3) + Half) >> Shift;
        x[2 * step] = ((C2 * (s0 - s3)) + (C6 * (s1 - s2)) + Half) >> Shift;
        x[3 * step] = ((C3 * d0) - (C7 * d1) - (C1 * d2) - (C5 * d3) + Half) >> Shift;
        x[4 * step] = ((C4 * (s0 - s1 - s2 + s3)) + Half) >> Shift;
        x[5 * step] = ((C5 * d0) - (C1 * d1) + (C7 * d2) + (C3 * d3) + Half) >> Shift;
        x[6 * step] = ((C6 * (s0 - s3)) - (C2 * (s1 - s2)) + Half) >> Shift;
        x[7 * step] = ((C7 * d0) - (C5 * d1) + (C3 * d2) - (C1 * d3) + Half) >> Shift;
    }

    private static void Uncosines(int* x, int step)
    {
        int x1 = x[step], x2 = x[2 * step], x3 = x[3 * step], x5 = x[5 * step], x6 = x[6 * step], x7 = x[7 * step];
        int e0 = (C4 * (x[0] + x[4 * step])) + Half, e1 = (C4 * (x[0] - x[4 * step])) + Half, f0 = (C2 * x2) + (C6 * x6), f1 = (C6 * x2) - (C2 * x6);
        int s0 = e0 + f0, s1 = e1 + f1, s2 = e1 - f1, s3 = e0 - f0;
        int o0 = (C1 * x1) + (C3 * x3) + (C5 * x5) + (C7 * x7), o1 = (C3 * x1) - (C7 * x3) - (C1 * x5) - (C5 * x7);
        int o2 = (C5 * x1) - (C1 * x3) + (C7 * x5) + (C3 * x7), o3 = (C7 * x1) - (C5 * x3) + (C3 * x5) - (C1 * x7);
        x[0] = (s0 + o0) >> Shift;
        x[7 * step] = (s0 - o0) >> Shift;
        x[step] = (s1 + o1) >> Shift;
        x[6 * step] = (s1 - o1) >> Shift;
        x[2 * step] = (s2 + o2) >> Shift;
        x[5 * step] = (s2 - o2) >> Shift;
        x[3 * step] = (s3 + o3) >> Shift;
        x[4 * step] = (s3 - o3) >> Shift;
    }

    // One step's reciprocal, in units of 2⁻¹⁶.
    private static int Reciprocal(PictureBand band) => (65_536 + (band.Step / 2)) / band.Step;

    private static short Steps(int coefficient, int inverse)
    {
        int magnitude = (int)Math.Min(((long)Math.Abs(coefficient) * inverse) >> 16, (1 << PictureContexts.Planes) - 1);
        return (short)(coefficient < 0 ? -magnitude : magnitude);
    }

    // Values lie nearer the lower end of their interval, most of all where it is the first above zero.
    private static int Value(int known, int sign, int step)
    {
        int width = known & -known;
        int magnitude = (int)((((long)known << 5) - (width * (known == 3 * width ? 6 : 2))) * step) >> 6;
        return sign < 0 ? -magnitude : magnitude;
    }

    private static void Waves(PictureLayout layout, int component, Span<int> means, Span<int> scratch, Span<short> values)
    {
        int width = layout.BlocksWide, height = layout.BlocksHigh;
        int band = PictureLayout.FirstBand(component) + (PictureLayout.Side(component) * PictureLayout.Side(component)) - 1;
        for (int stage = 1; stage <= PictureLayout.WaveletStages; stage++)
        {
            for (int y = 0; y < height; y++) Lift(means.Slice(y * width, width), 1, width);
            for (int x = 0; x < width; x++) Lift(means[x..], width, height);
            int halfWidth = (width + 1) / 2;
            for (int k = 1; k < 4; k++)
            {
                PictureBand to = layout.Bands[band++];
                int inverse = Reciprocal(to);
                for (int y = 0; y < to.Height; y++)
                {
                    for (int x = 0; x < to.Width; x++) values[to.Start + (y * to.Stride) + x] = Steps(means[(((2 * y) + to.V) * width) + (2 * x) + to.U], inverse);
                }
            }

            for (int y = 0; y < height; y += 2)
            {
                for (int x = 0; x < width; x += 2) scratch[(y / 2 * halfWidth) + (x / 2)] = means[(y * width) + x];
            }

            (width, height) = (halfWidth, (height + 1) / 2);
            scratch[..(width * height)].CopyTo(means);
        }

        PictureBand coarsest = layout.Bands[band];
        int last = Reciprocal(coarsest);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++) values[coarsest.Start + (y * coarsest.Stride) + x] = Steps(means[(y * width) + x], last);
        }
    }

    private static void Unwave(PictureLayout layout, int component, ReadOnlySpan<short> signs, ReadOnlySpan<ushort> known, Span<int> means, Span<int> scratch)
    {
        int last = PictureLayout.FirstBand(component) + (PictureLayout.Side(component) * PictureLayout.Side(component)) - 1 + (3 * PictureLayout.WaveletStages);
        Read(layout.Bands[last], signs, known, means, layout.Bands[last].Width, 1, 0, 0);
        for (int stage = PictureLayout.WaveletStages; stage >= 1; stage--)
        {
            int width = layout.BlocksWide, height = layout.BlocksHigh;
            for (int i = 1; i < stage; i++) (width, height) = ((width + 1) / 2, (height + 1) / 2);
            int halfWidth = (width + 1) / 2;
            means[..(halfWidth * ((height + 1) / 2))].CopyTo(scratch);
            for (int y = 0; y < height; y += 2)
            {
                for (int x = 0; x < width; x += 2) means[(y * width) + x] = scratch[(y / 2 * halfWidth) + (x / 2)];
            }

            last -= 3;
            for (int k = 0; k < 3; k++) Read(layout.Bands[last + k], signs, known, means, width, 2, layout.Bands[last + k].U, layout.Bands[last + k].V);
            for (int x = 0; x < width; x++) Unlift(means[x..], width, height);
            for (int y = 0; y < height; y++) Unlift(means.Slice(y * width, width), 1, width);
        }
    }

    private static void Read(PictureBand from, ReadOnlySpan<short> signs, ReadOnlySpan<ushort> known, Span<int> to, int width, int every, int u, int v)
    {
        for (int y = 0; y < from.Height; y++)
        {
            for (int x = 0; x < from.Width; x++)
            {
                int at = from.Start + (y * from.Stride) + x;
                to[(((every * y) + v) * width) + (every * x) + u] = known[at] == 0 ? 0 : Value(known[at], signs[at], from.Step);
            }
        }
    }

    private static void Lift(Span<int> x, int step, int count)
    {
        if (count < 2) return;
        Predict(x, step, count, 1, Alpha);
        Predict(x, step, count, 0, Beta);
        Predict(x, step, count, 1, Gamma);
        Predict(x, step, count, 0, Delta);
        for (int i = 0; i < count; i++) x[i * step] = Scaled(x[i * step], (i & 1) == 0 ? Low : High);
    }

    private static void Unlift(Span<int> x, int step, int count)
    {
        if (count < 2) return;
        for (int i = 0; i < count; i++) x[i * step] = Scaled(x[i * step], (i & 1) == 0 ? High : Low);
        Predict(x, step, count, 0, -Delta);
        Predict(x, step, count, 1, -Gamma);
        Predict(x, step, count, 0, -Beta);
        Predict(x, step, count, 1, -Alpha);
    }

    // Adds to every other value a share of its two neighbours; at the ends the one neighbour counts twice.
    private static void Predict(Span<int> x, int step, int count, int first, int factor)
    {
        for (int i = first; i < count; i += 2)
        {
            int before = i == 0 ? 1 : i - 1, behind = i + 1 >= count ? count - 2 : i + 1;
            x[i * step] += Scaled(x[before * step] + x[behind * step], factor);
        }
    }

    private static int Scaled(int value, int factor) => (int)((((long)value * factor) + LiftHalf) >> LiftShift);
}
