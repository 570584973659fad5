using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Tests.Links;

public sealed class ByteRingTests
{
    [Fact]
    public void Ring_RandomWritesAndReads_EqualsAQueue()
    {
        Random random = new(11);
        Queue<byte> model = new();
        using ByteRing ring = new();
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Next(2) == 0)
            {
                Span<byte> place = ring.Reserve(random.Next(1, 400));
                int size = random.Next(place.Length + 1);
                random.NextBytes(place[..size]);
                foreach (byte b in place[..size]) model.Enqueue(b);
                ring.Commit(size);
            }
            else if (model.Count > 0)
            {
                ReadOnlySpan<byte> bytes = ring.Peek(random.Next(1, 500));
                foreach (byte b in bytes) Assert.Equal(model.Dequeue(), b);
                ring.Remove(bytes.Length);
            }

            Assert.Equal(model.Count, ring.Count);
        }
    }
}
