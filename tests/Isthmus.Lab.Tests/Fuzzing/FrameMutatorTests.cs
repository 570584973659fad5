using Isthmus.Core.Codec;
using Isthmus.Lab.Fuzzing;

namespace Isthmus.Lab.Tests.Fuzzing;

public sealed class FrameMutatorTests
{
    private readonly FrameCorpus _corpus = new(TensorCodecs.All, 1);

    [Fact]
    public void Make_SameNumber_IsTheSameInput()
    {
        FrameMutator mutator = new(_corpus, 5);
        FuzzInput a = new(mutator.MaxFrameBytes);
        FuzzInput b = new(mutator.MaxFrameBytes);
        mutator.Make(99, b);
        for (int i = 0; i < 500; i++)
        {
            mutator.Make(i, a);
            mutator.Make(i, b);
            Assert.Equal(a.Frame, b.Frame);
            Assert.Equal(a.Expected, b.Expected);
            Assert.Same(a.Target, b.Target);
            Assert.Equal(a.HostileTables, b.HostileTables);
        }
    }

    [Fact]
    public void Make_OtherSeed_IsAnotherInput()
    {
        FrameMutator one = new(_corpus, 5);
        FrameMutator two = new(_corpus, 6);
        FuzzInput a = new(one.MaxFrameBytes);
        FuzzInput b = new(two.MaxFrameBytes);
        int same = 0;
        for (int i = 0; i < 200; i++)
        {
            one.Make(i, a);
            two.Make(i, b);
            if (a.Frame.SequenceEqual(b.Frame)) same++;
        }

        Assert.InRange(same, 0, 10);
    }

    // The seal is made from the description of the format; the decoder's own checksum must agree, or the fuzz run would never get behind it.
    [Fact]
    public void Make_SealedAgain_IsNeverRefusedForItsChecksum()
    {
        FrameMutator mutator = new(_corpus, 5);
        FuzzInput input = new(mutator.MaxFrameBytes);
        int behind = 0;
        for (int i = 0; i < 5000; i++)
        {
            mutator.Make(i, input);
            if (!input.IsSealed) continue;
            try
            {
                input.Codec.Decode(input.Frame, input.Expected, new float[input.Expected.ElementCount]);
                behind++;
            }
            catch (FrameException e)
            {
                Assert.NotEqual(FrameError.BadChecksum, e.Error);
                if (e.Error is FrameError.BadCode or FrameError.BadParameters) behind++;
            }
        }

        Assert.True(behind > 500, $"{behind} inputs got behind the header.");
    }

    // Frames whose tables are not the plan's, and tables that somebody made up: both must reach the decoder.
    [Fact]
    public void Make_DecodersWithTables_MeetOtherAndMadeUpTables()
    {
        FrameMutator mutator = new(_corpus, 5);
        FuzzInput input = new(mutator.MaxFrameBytes);
        int madeUp = 0, decodedWithMadeUp = 0, others = 0;
        for (int i = 0; i < 20_000; i++)
        {
            mutator.Make(i, input);
            Assert.True(input.TablesShape is null || input.TablesShape == input.Expected);
            if (input.HostileTables is not null) madeUp++;
            try
            {
                input.Codec.Decode(input.Frame, input.Expected, new float[input.Expected.ElementCount]);
                if (input.HostileTables is not null) decodedWithMadeUp++;
            }
            catch (FrameException e)
            {
                if (input.Target.Tables is not null && e.Message.Contains("other trained tables", StringComparison.Ordinal)) others++;
            }
        }

        Assert.True(madeUp > 200 && decodedWithMadeUp > 5 && others > 50, $"{madeUp} made up, {decodedWithMadeUp} of them decoded, {others} of others");
    }

    [Fact]
    public void Seal_OfAGoodFrame_ChangesNothing() => Assert.All(_corpus.ByTarget.SelectMany(e => e), entry =>
    {
        byte[] copy = [.. entry.Frame];
        FrameSeal.CorrectLength(copy);
        Assert.True(FrameSeal.Seal(copy));
        Assert.Equal(entry.Frame, copy);
    });
}
