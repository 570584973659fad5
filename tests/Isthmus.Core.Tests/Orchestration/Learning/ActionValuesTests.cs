using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class ActionValuesTests
{
    [Fact]
    public void Best_AfterRandomChanges_IsTheHighestOfADictionary() => Prop.ForAll(Gen.Choose(1, 1_000_000).ToArbitrary(), seed =>
    {
        SeededRandom random = new(seed);
        ActionValues values = new();
        Dictionary<long, (double Value, int Visits)> expected = [];
        long keys = 1 + random.Next(200);
        for (int i = 0; i < 500; i++)
        {
            long key = random.Next(keys) * 1_000_000_007;
            double value = -random.Next(20) / 20.0;
            int entry = values.Find(key);
            if ((entry >= 0) != expected.ContainsKey(key)) return false;
            if (entry < 0) values.Add(key, value, 1);
            else values.Set(entry, value);
            expected[key] = (value, expected.TryGetValue(key, out (double, int Visits) old) ? old.Visits + 1 : 1);
            (long bestKey, (double bestValue, _)) = expected.OrderByDescending(e => e.Value.Value).ThenBy(e => e.Key).First();
            if (values.Best != bestKey || values.BestValue != bestValue || values.Count != expected.Count) return false;
        }

        return expected.All(e => values.Find(e.Key) is >= 0 and var at && values.ValueAt(at) == e.Value.Value && values.VisitsAt(at) == e.Value.Visits);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
}
