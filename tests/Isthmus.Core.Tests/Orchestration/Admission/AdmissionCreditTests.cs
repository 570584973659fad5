using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration.Admission;

namespace Isthmus.Core.Tests.Orchestration.Admission;

public sealed class AdmissionCreditTests
{
    [Fact]
    public void Take_AnyShare_OfAnyRequestsInARowTheShareGoesThrough() => Prop.ForAll(Gen.Choose(0, 100).ToArbitrary(), percent =>
    {
        double share = percent / 100.0;
        AdmissionCredit credit = new() { Share = share };
        int[] sums = new int[401];
        for (int i = 0; i < 400; i++) sums[i + 1] = sums[i] + (credit.Take() ? 1 : 0);
        for (int from = 0; from < 400; from += 7)
        {
            for (int to = from + 1; to <= 400; to++)
            {
                double exact = share * (to - from);
                int through = sums[to] - sums[from];
                if (through < Math.Floor(exact - 1e-6) || through > Math.Ceiling(exact + 1e-6)) return false;
            }
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(101));

    [Fact]
    public void Take_ByDefault_EverythingGoesThrough()
    {
        AdmissionCredit credit = new();
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(credit.Take()));
    }

    [Fact]
    public void Share_OutOfRange_IsRefused()
    {
        AdmissionCredit credit = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => credit.Share = 1.1);
        Assert.Throws<ArgumentOutOfRangeException>(() => credit.Share = double.NaN);
    }
}
