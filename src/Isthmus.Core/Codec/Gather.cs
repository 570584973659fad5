using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>Looks eight entries of a table up. One load each: on many processors that is faster than their instruction for it.</summary>
internal static unsafe class Gather
{
    /// <summary>The entries at eight indices, which are not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Eight(uint* entries, Vector256<int> index) => Four(entries, index.GetLower()).ToVector256Unsafe().WithUpper(Four(entries, index.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Four(uint* entries, Vector128<int> index)
    {
        ulong low = index.AsUInt64().ToScalar();
        ulong high = Sse41.X64.Extract(index.AsUInt64(), 1);
        Vector128<uint> four = Vector128.CreateScalarUnsafe(entries[(uint)low]);
        four = Sse41.Insert(four, entries[low >> 32], 1);
        four = Sse41.Insert(four, entries[(uint)high], 2);
        return Sse41.Insert(four, entries[high >> 32], 3).AsInt32();
    }
}
