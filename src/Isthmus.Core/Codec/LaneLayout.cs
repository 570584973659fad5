using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>
/// Cuts a sequence into lanes of equal length that are coded side by side: element t of lane j, which is element j·rows + t of the
/// sequence, stands at t·lanes + j. So one row is what a vector holds, and the rows before it hold each lane's left and upper neighbours.
/// </summary>
internal static class LaneLayout
{
    private const int Block = 16;
    private const int Wide = 64;

    /// <summary>Spreads a sequence over the lanes.</summary>
    /// <param name="sequence">At most rows·lanes bytes.</param>
    /// <param name="lanes">Lanes.</param>
    /// <param name="filler">What stands behind the sequence's end.</param>
    /// <param name="rows">Receives rows·lanes bytes.</param>
    public static void Spread(ReadOnlySpan<byte> sequence, int lanes, byte filler, Span<byte> rows)
    {
        int count = rows.Length / lanes;
        int blocks = Sse2.IsSupported ? lanes / Block : 0;
        for (int j = 0; j < blocks * Block; j += Block)
        {
            int done = WholeRows(sequence.Length, count, j);
            for (int t = 0; t < done; t += Block) Transpose(sequence[((j * count) + t)..], count, rows[((t * lanes) + j)..], lanes);
            SpreadScalar(sequence, lanes, filler, rows, j, j + Block, done);
        }

        SpreadScalar(sequence, lanes, filler, rows, blocks * Block, lanes, 0);
    }

    // The reference: some lanes, from a row on.
    private static void SpreadScalar(ReadOnlySpan<byte> sequence, int lanes, byte filler, Span<byte> rows, int from, int to, int row)
    {
        int count = rows.Length / lanes;
        for (int t = row; t < count; t++)
        {
            for (int j = from; j < to; j++)
            {
                int i = (j * count) + t;
                rows[(t * lanes) + j] = i < sequence.Length ? sequence[i] : filler;
            }
        }
    }

    // Rows, in whole blocks, that all lanes of a block of lanes have.
    private static int WholeRows(int length, int count, int lane) =>
        (int)Math.Clamp(length - ((lane + Block - 1L) * count), 0, count) / Block * Block;

    /// <summary>Takes the sequence out of the lanes again.</summary>
    public static void Collect(ReadOnlySpan<byte> rows, int lanes, Span<byte> sequence)
    {
        int count = rows.Length / lanes;
        if (Avx512BW.IsSupported && lanes == Wide)
        {
            // The last lanes may be shorter; of the others all whole rows are done at once.
            int whole = WholeRows(sequence.Length, count, Wide - Block);
            for (int t = 0; t < whole; t += Block) TransposeWide(rows[(t * Wide)..], sequence[t..], count);
            CollectScalar(rows, lanes, sequence, 0, lanes, whole);
            return;
        }

        int blocks = Sse2.IsSupported ? lanes / Block : 0;
        for (int j = 0; j < blocks * Block; j += Block)
        {
            int done = WholeRows(sequence.Length, count, j);
            for (int t = 0; t < done; t += Block) Transpose(rows[((t * lanes) + j)..], lanes, sequence[((j * count) + t)..], count);
            CollectScalar(rows, lanes, sequence, j, j + Block, done);
        }

        CollectScalar(rows, lanes, sequence, blocks * Block, lanes, 0);
    }

    private static void CollectScalar(ReadOnlySpan<byte> rows, int lanes, Span<byte> sequence, int from, int to, int row)
    {
        int count = rows.Length / lanes;
        for (int t = row; t < count; t++)
        {
            for (int j = from; j < to; j++)
            {
                int i = (j * count) + t;
                if (i < sequence.Length) sequence[i] = rows[(t * lanes) + j];
            }
        }
    }

    // 16 rows of 16 bytes become 16 columns: four rounds of interleaving row i with row i + 8.
    private static void Transpose(ReadOnlySpan<byte> source, int sourceStride, Span<byte> target, int targetStride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, (15 * sourceStride) + 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, (15 * targetStride) + 16);
        ref byte s = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(source);
        ref byte d = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(target);
        Vector128<byte> r0 = Vector128.LoadUnsafe(ref s, 0), r1 = Vector128.LoadUnsafe(ref s, (nuint)sourceStride);
        Vector128<byte> r2 = Vector128.LoadUnsafe(ref s, (nuint)(2 * sourceStride)), r3 = Vector128.LoadUnsafe(ref s, (nuint)(3 * sourceStride));
        Vector128<byte> r4 = Vector128.LoadUnsafe(ref s, (nuint)(4 * sourceStride)), r5 = Vector128.LoadUnsafe(ref s, (nuint)(5 * sourceStride));
        Vector128<byte> r6 = Vector128.LoadUnsafe(ref s, (nuint)(6 * sourceStride)), r7 = Vector128.LoadUnsafe(ref s, (nuint)(7 * sourceStride));
        Vector128<byte> r8 = Vector128.LoadUnsafe(ref s, (nuint)(8 * sourceStride)), r9 = Vector128.LoadUnsafe(ref s, (nuint)(9 * sourceStride));
        Vector128<byte> ra = Vector128.LoadUnsafe(ref s, (nuint)(10 * sourceStride)), rb = Vector128.LoadUnsafe(ref s, (nuint)(11 * sourceStride));
        Vector128<byte> rc = Vector128.LoadUnsafe(ref s, (nuint)(12 * sourceStride)), rd = Vector128.LoadUnsafe(ref s, (nuint)(13 * sourceStride));
        Vector128<byte> re = Vector128.LoadUnsafe(ref s, (nuint)(14 * sourceStride)), rf = Vector128.LoadUnsafe(ref s, (nuint)(15 * sourceStride));
        for (int round = 0; round < 4; round++)
        {
            Vector128<byte> a = Sse2.UnpackLow(r0, r8), b = Sse2.UnpackHigh(r0, r8);
            Vector128<byte> c = Sse2.UnpackLow(r1, r9), e = Sse2.UnpackHigh(r1, r9);
            Vector128<byte> f = Sse2.UnpackLow(r2, ra), g = Sse2.UnpackHigh(r2, ra);
            Vector128<byte> h = Sse2.UnpackLow(r3, rb), i = Sse2.UnpackHigh(r3, rb);
            Vector128<byte> j = Sse2.UnpackLow(r4, rc), k = Sse2.UnpackHigh(r4, rc);
            Vector128<byte> l = Sse2.UnpackLow(r5, rd), m = Sse2.UnpackHigh(r5, rd);
            Vector128<byte> n = Sse2.UnpackLow(r6, re), o = Sse2.UnpackHigh(r6, re);
            Vector128<byte> p = Sse2.UnpackLow(r7, rf), q = Sse2.UnpackHigh(r7, rf);
            (r0, r1, r2, r3, r4, r5, r6, r7) = (a, b, c, e, f, g, h, i);
            (r8, r9, ra, rb, rc, rd, re, rf) = (j, k, l, m, n, o, p, q);
        }

        r0.StoreUnsafe(ref d, 0);
        r1.StoreUnsafe(ref d, (nuint)targetStride);
        r2.StoreUnsafe(ref d, (nuint)(2 * targetStride));
        r3.StoreUnsafe(ref d, (nuint)(3 * targetStride));
        r4.StoreUnsafe(ref d, (nuint)(4 * targetStride));
        r5.StoreUnsafe(ref d, (nuint)(5 * targetStride));
        r6.StoreUnsafe(ref d, (nuint)(6 * targetStride));
        r7.StoreUnsafe(ref d, (nuint)(7 * targetStride));
        r8.StoreUnsafe(ref d, (nuint)(8 * targetStride));
        r9.StoreUnsafe(ref d, (nuint)(9 * targetStride));
        ra.StoreUnsafe(ref d, (nuint)(10 * targetStride));
        rb.StoreUnsafe(ref d, (nuint)(11 * targetStride));
        rc.StoreUnsafe(ref d, (nuint)(12 * targetStride));
        rd.StoreUnsafe(ref d, (nuint)(13 * targetStride));
        re.StoreUnsafe(ref d, (nuint)(14 * targetStride));
        rf.StoreUnsafe(ref d, (nuint)(15 * targetStride));
    }

    // 16 rows of 64 bytes become 64 columns of 16: the same in each quarter of the vectors.
    private static void TransposeWide(ReadOnlySpan<byte> source, Span<byte> target, int targetStride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, Block * Wide);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, ((Wide - 1L) * targetStride) + Block, nameof(target));
        ref byte s = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(source);
        ref byte d = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(target);
        Vector512<byte> r0 = Vector512.LoadUnsafe(ref s, 0), r1 = Vector512.LoadUnsafe(ref s, Wide), r2 = Vector512.LoadUnsafe(ref s, 2 * Wide), r3 = Vector512.LoadUnsafe(ref s, 3 * Wide);
        Vector512<byte> r4 = Vector512.LoadUnsafe(ref s, 4 * Wide), r5 = Vector512.LoadUnsafe(ref s, 5 * Wide), r6 = Vector512.LoadUnsafe(ref s, 6 * Wide), r7 = Vector512.LoadUnsafe(ref s, 7 * Wide);
        Vector512<byte> r8 = Vector512.LoadUnsafe(ref s, 8 * Wide), r9 = Vector512.LoadUnsafe(ref s, 9 * Wide), ra = Vector512.LoadUnsafe(ref s, 10 * Wide), rb = Vector512.LoadUnsafe(ref s, 11 * Wide);
        Vector512<byte> rc = Vector512.LoadUnsafe(ref s, 12 * Wide), rd = Vector512.LoadUnsafe(ref s, 13 * Wide), re = Vector512.LoadUnsafe(ref s, 14 * Wide), rf = Vector512.LoadUnsafe(ref s, 15 * Wide);
        for (int round = 0; round < 4; round++)
        {
            Vector512<byte> a = Avx512BW.UnpackLow(r0, r8), b = Avx512BW.UnpackHigh(r0, r8), c = Avx512BW.UnpackLow(r1, r9), e = Avx512BW.UnpackHigh(r1, r9);
            Vector512<byte> f = Avx512BW.UnpackLow(r2, ra), g = Avx512BW.UnpackHigh(r2, ra), h = Avx512BW.UnpackLow(r3, rb), i = Avx512BW.UnpackHigh(r3, rb);
            Vector512<byte> j = Avx512BW.UnpackLow(r4, rc), k = Avx512BW.UnpackHigh(r4, rc), l = Avx512BW.UnpackLow(r5, rd), m = Avx512BW.UnpackHigh(r5, rd);
            Vector512<byte> n = Avx512BW.UnpackLow(r6, re), o = Avx512BW.UnpackHigh(r6, re), p = Avx512BW.UnpackLow(r7, rf), q = Avx512BW.UnpackHigh(r7, rf);
            (r0, r1, r2, r3, r4, r5, r6, r7) = (a, b, c, e, f, g, h, i);
            (r8, r9, ra, rb, rc, rd, re, rf) = (j, k, l, m, n, o, p, q);
        }

        Quarters(r0, ref d, 0, targetStride);
        Quarters(r1, ref d, 1, targetStride);
        Quarters(r2, ref d, 2, targetStride);
        Quarters(r3, ref d, 3, targetStride);
        Quarters(r4, ref d, 4, targetStride);
        Quarters(r5, ref d, 5, targetStride);
        Quarters(r6, ref d, 6, targetStride);
        Quarters(r7, ref d, 7, targetStride);
        Quarters(r8, ref d, 8, targetStride);
        Quarters(r9, ref d, 9, targetStride);
        Quarters(ra, ref d, 10, targetStride);
        Quarters(rb, ref d, 11, targetStride);
        Quarters(rc, ref d, 12, targetStride);
        Quarters(rd, ref d, 13, targetStride);
        Quarters(re, ref d, 14, targetStride);
        Quarters(rf, ref d, 15, targetStride);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    private static void Quarters(Vector512<byte> lanes, ref byte target, int lane, nint stride)
    {
        Avx512F.ExtractVector128(lanes, 0).StoreUnsafe(ref target, (nuint)(lane * stride));
        Avx512F.ExtractVector128(lanes, 1).StoreUnsafe(ref target, (nuint)((lane + 16) * stride));
        Avx512F.ExtractVector128(lanes, 2).StoreUnsafe(ref target, (nuint)((lane + 32) * stride));
        Avx512F.ExtractVector128(lanes, 3).StoreUnsafe(ref target, (nuint)((lane + 48) * stride));
    }
}
