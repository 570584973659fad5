using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Isthmus.Lab.Fuzzing;

namespace Isthmus.Lab.Tests.Fuzzing;

public sealed class GuardedMemoryTests
{
    [Theory]
    [InlineData(GuardKind.Pages)]
    [InlineData(GuardKind.Poison)]
    public void IsIntact_AllOfItsOwnBytesWritten_IsTrue(GuardKind kind)
    {
        using GuardedMemory memory = new(5000, kind);
        foreach (int length in (int[])[0, 1, 4095, 4096, 5000])
        {
            foreach (bool atStart in (bool[])[true, false])
            {
                memory.Take(length, atStart, 0xC3).Fill(1);
                Assert.True(memory.IsIntact);
            }
        }
    }

    [Theory]
    [InlineData(true, -1)]
    [InlineData(true, 100)]
    [InlineData(false, -1)]
    [InlineData(false, 100)]
    [InlineData(false, -128)]
    [InlineData(false, 227)]
    public void IsIntact_AByteOutsideWritten_IsFalse(bool atStart, int at)
    {
        using GuardedMemory memory = new(5000, GuardKind.Poison);
        Span<byte> span = memory.Take(100, atStart, 0xC3);
        Unsafe.Add(ref MemoryMarshal.GetReference(span), at) = 1;
        Assert.False(memory.IsIntact);
    }

    // The side that no page guards: a write there is seen as well.
    [Theory]
    [InlineData(true, 100)]
    [InlineData(false, -1)]
    public void IsIntact_AByteOnThePagesOtherSideWritten_IsFalse(bool atStart, int at)
    {
        using GuardedMemory memory = new(5000, GuardKind.Pages);
        Span<byte> span = memory.Take(100, atStart, 0xC3);
        Unsafe.Add(ref MemoryMarshal.GetReference(span), at) = 1;
        Assert.False(memory.IsIntact);
    }

    [Fact]
    public void Same_AfterTake_IsWhatWasTaken()
    {
        using GuardedMemory memory = new(5000, GuardKind.Pages);
        memory.Take(10, atStart: false, 0)[9] = 77;
        Assert.Equal(77, memory.Same(10, atStart: false)[9]);
    }
}
