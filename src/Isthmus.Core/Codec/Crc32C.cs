using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) as used by iSCSI and ext4: detects every burst of up to 32 bits. Runs on the
/// processor's own instruction where there is one.
/// </summary>
internal static class Crc32C
{
    /// <summary>The state before the first byte.</summary>
    public const uint Seed = uint.MaxValue;

    /// <summary>Takes bytes into the state.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        ref byte p = ref MemoryMarshal.GetReference(bytes);
        int i = 0;
        for (; i <= bytes.Length - 8; i += 8)
            state = BitOperations.Crc32C(state, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref p, i)));
        for (; i < bytes.Length; i++)
            state = BitOperations.Crc32C(state, bytes[i]);
        return state;
    }

    /// <summary>The checksum of everything that the state has taken in.</summary>
    public static uint Finish(uint state) => ~state;
}
