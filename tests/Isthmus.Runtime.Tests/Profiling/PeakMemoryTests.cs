using System.Runtime.InteropServices;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Tests.Profiling;

public sealed class PeakMemoryTests
{
    [Fact]
    public unsafe void SoFar_MemoryThatWasFreedAgain_IsSeen()
    {
        const int Bytes = 96 << 20;
        PeakMemory memory = PeakMemory.Begin();
        byte* block = (byte*)NativeMemory.Alloc(Bytes);
        new Span<byte>(block, Bytes).Fill(1);
        NativeMemory.Free(block);
        ByteCount? peak = memory.SoFar();
        Assert.SkipWhen(peak is null, "This system does not tell the high-water mark, or does not set it back.");
        // Other tests of this process take and give back memory meanwhile.
        Assert.True(peak!.Value.Value > Bytes / 2, $"{peak}");
    }

    [Fact]
    public unsafe void SoFar_MemoryThatWasFreedBefore_IsNotSeen()
    {
        const int Bytes = 512 << 20;
        byte* block = (byte*)NativeMemory.Alloc(Bytes);
        new Span<byte>(block, Bytes).Fill(1);
        NativeMemory.Free(block);
        ByteCount? peak = PeakMemory.Begin().SoFar();
        Assert.SkipWhen(peak is null, "This system does not tell the high-water mark, or does not set it back.");
        Assert.True(peak!.Value.Value < Bytes / 2, $"{peak}");
    }
}
