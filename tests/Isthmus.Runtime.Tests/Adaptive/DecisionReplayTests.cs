using System.Collections.Immutable;
using System.Text;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Tests.Adaptive;

public sealed class DecisionReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-decisions-").FullName;
    private readonly ManualClock _clock = new();

    private string LogPath => Path.Combine(_folder, "decisions.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_DecisionsUnderChangingLinksLoadsAndFailures_AreAllIdentical()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Decide(300, seed, Wanted(seed));
            ReplayReport report = Replay();
            Assert.Equal((1, 300L, 300L, 0L, 0), (report.Runs, report.Decisions, report.Identical, report.Different, report.TornLines));
            Assert.True(report.Switches > 0);
            File.Delete(LogPath);
        }
    }

    [Fact]
    public void Run_TwoRunsInOneFile_AreBothReplayed()
    {
        Decide(50, 1);
        Decide(50, 2, new AdaptationOptions { Objective = Objective.Weighted(1, 0.5), Gain = 0.3 });
        ReplayReport report = Replay();
        Assert.Equal((2, 100L, 100L), (report.Runs, report.Decisions, report.Identical));
    }

    // The paper's cost leaves stages out: decided again with all of them, a run would come out differently.
    [Fact]
    public void Run_DecidedByAPartOfTheCost_IsIdentical()
    {
        Decide(100, 6, new AdaptationOptions { Terms = CostTerms.ComputingAndTransfer });
        Assert.Contains("\"terms\":\"ComputingAndTransfer\"", File.ReadLines(LogPath).First(), StringComparison.Ordinal);
        ReplayReport report = Replay();
        Assert.Equal((100L, 100L), (report.Decisions, report.Identical));
    }

    [Fact]
    public void Run_AnInputWasChangedAfterwards_ReportsTheDecisionAndWhat()
    {
        Decide(200, 3);
        string[] lines = File.ReadAllLines(LogPath);
        // A decision that switched to a plan without the cloud would not have been taken for a cloud that is a thousand times as near.
        int at = Array.FindIndex(lines, l => l.Contains("\"outcome\":\"switched\"", StringComparison.Ordinal));
        int other = Array.FindIndex(lines, at + 1, l => l.Contains("\"outcome\":\"switched\"", StringComparison.Ordinal));
        (lines[at], lines[other]) = (lines[other], lines[at]);
        File.WriteAllLines(LogPath, lines);
        ReplayReport report = Replay();
        Assert.True(report.Different > 0);
        Assert.Equal(at + 1, report.Differences[0].Line);
        Assert.NotEmpty(report.Differences[0].What);
    }

    [Fact]
    public void Run_ADecisionWasRemoved_SaysThatSomethingIsMissing()
    {
        Decide(20, 4);
        List<string> lines = [.. File.ReadAllLines(LogPath)];
        lines.RemoveAt(10);
        File.WriteAllLines(LogPath, lines);
        ReplayDifference difference = Assert.Single(Replay().Differences);
        Assert.Contains("missing", difference.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TheOutcomeWasChanged_IsDifferent()
    {
        Decide(20, 5);
        string text = File.ReadAllText(LogPath);
        File.WriteAllText(LogPath, text.Replace("\"outcome\":\"started\"", "\"outcome\":\"forced\"", StringComparison.Ordinal));
        Assert.Contains("outcome", Assert.Single(Replay().Differences).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TheLastLineIsTornAnywhere_LeavesItOut()
    {
        Decide(10, 6);
        byte[] whole = File.ReadAllBytes(LogPath);
        int lastLine = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int length = lastLine + 1; length < whole.Length - 1; length += 7)
        {
            ReplayReport report = DecisionReplay.Run(new MemoryStream(whole, 0, length), "torn", ChangingTiers.Example, Cancel);
            Assert.Equal((9L, 9L, 1), (report.Decisions, report.Identical, report.TornLines));
        }
    }

    [Fact]
    public void Run_ARunWasKilledAndTheFileContinued_LeavesTheTornLineOutAndGoesOn()
    {
        Decide(10, 7);
        using (FileStream file = File.OpenWrite(LogPath)) file.SetLength(file.Length - 100);
        Decide(10, 8);
        ReplayReport report = Replay();
        Assert.Equal((2, 19L, 19L, 1), (report.Runs, report.Decisions, report.Identical, report.TornLines));
    }

    [Fact]
    public void Run_ALineInTheMiddleIsDamaged_IsRefusedWithItsNumber()
    {
        Decide(10, 9);
        string[] lines = File.ReadAllLines(LogPath);
        lines[4] = lines[4][..50];
        File.WriteAllLines(LogPath, lines);
        IsthmusException error = Assert.ThrowsAny<IsthmusException>(() => Replay());
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.Contains("Line 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AnotherProfile_IsRefused()
    {
        Decide(5, 10);
        Profile other = ChangingTiers.Example with { SampleCount = ChangingTiers.Example.SampleCount + 1 };
        Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => DecisionReplay.Run(LogPath, other, Cancel)).Kind);
    }

    [Fact]
    public void Run_RandomBytesChanged_ReplaysOrRefusesWithATypedError()
    {
        Decide(12, 11);
        byte[] whole = File.ReadAllBytes(LogPath);
        Random random = new(1);
        string[] nasty = ["null", "[null]", "-1", "1e999", "{}", "\"\"", "[]", "9999999999999999999", "NaN", "true"];
        for (int i = 0; i < 3000; i++)
        {
            byte[] log = [.. whole];
            if (i % 2 == 0)
            {
                for (int n = random.Next(1, 5); n > 0; n--) log[random.Next(log.Length)] = (byte)random.Next(32, 127);
            }
            else
            {
                // A value replaced by another of the wrong kind.
                string text = Encoding.UTF8.GetString(whole);
                int colon = text.IndexOf(':', random.Next(text.Length - 300));
                int end = text.IndexOfAny([',', '}', '\n'], colon);
                log = Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, colon + 1), nasty[random.Next(nasty.Length)], text.AsSpan(end)));
            }

            try
            {
                DecisionReplay.Run(new MemoryStream(log), "fuzzed", ChangingTiers.Example, Cancel);
            }
            catch (IsthmusException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Fact]
    public void Run_AnEndlessLine_IsRefusedInBoundedMemory()
    {
        byte[] zeros = new byte[DecisionReplay.LongestLine * 3];
        Array.Fill(zeros, (byte)'a');
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => DecisionReplay.Run(new MemoryStream(zeros), "endless", ChangingTiers.Example, Cancel)).Kind);
    }

    [Fact]
    public void Add_BeyondTheSize_BeginsANewFileAndBothReplay()
    {
        Decide(100, 12, maxBytes: 100_000);
        Assert.InRange(new FileInfo(LogPath).Length, 1, 100_000);
        Assert.InRange(new FileInfo(LogPath + ".1").Length, 1, 100_000);
        ReplayReport report = Replay();
        Assert.Equal((1, 0L), (report.Runs, report.Different));
        Assert.Equal(report.Decisions, report.Identical);
        Assert.Equal(0, DecisionReplay.Run(LogPath + ".1", ChangingTiers.Example, Cancel).Different);
    }

    [Fact]
    public void Create_TheFolderDoesNotExist_IsATypedError() =>
        Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => new DecisionLogFile(Path.Combine(_folder, "no", "log"))).Kind);

    private static AdaptationOptions Wanted(int seed) => (seed % 4) switch
    {
        0 => new(),
        1 => new() { Constraints = new() { MaxAccuracyLoss = 0.02, MaxLatency = new(1234.56789), KeepInputOnDevice = true } },
        2 => new() { Objective = Objective.Weighted(1, 1.5), Space = SearchSpace.All with { MaxCuts = 1 }, Consecutive = 3 },
        _ => new() { Gain = 0, Consecutive = 1, MinDwell = TimeSpan.FromMilliseconds(0.3) },
    };

    private void Decide(int count, int seed, AdaptationOptions? options = null, long maxBytes = DecisionLogFile.DefaultMaxBytes)
    {
        Random random = new(seed);
        ChangingTiers tiers = new(ChangingTiers.Example);
        if (seed % 5 == 4) tiers.NodeNames = [.. tiers.NodeNames.Take(1)];
        using DecisionLogFile log = new(LogPath, maxBytes);
        Adaptation adaptation = new(ChangingTiers.Example, tiers, (options ?? new()) with { Clock = _clock, Log = log });
        for (int i = 0; i < count; i++)
        {
            if (random.Next(3) == 0) tiers.Shake(random);
            _clock.Advance(random.NextDouble() * 1500);
            AdaptationDecision decision = adaptation.Decide();
            if (random.Next(2) == 0) adaptation.Observe(Answer(decision.Plan, random.NextDouble() * 500));
        }

        Assert.Null(log.Problem);
    }

    private static ImageAnswer Answer(Plan plan, double ms) => new()
    {
        File = "x",
        Top = [],
        Plan = plan,
        Where = [.. plan.Segments.Select(s => new SegmentPlace("", s.Node, s.Tier, new Milliseconds(ms), 1))],
        Times = new(),
        Hops = ImmutableArray<HopTransfer>.Empty,
    };

    private ReplayReport Replay() => DecisionReplay.Run(LogPath, ChangingTiers.Example, Cancel);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
