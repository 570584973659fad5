using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Lab.Fuzzing;

namespace Isthmus.Lab.Tests.Fuzzing;

public sealed class FrameFuzzerTests
{
    [Fact]
    public async Task RunAsync_CodecsAsTheyAre_FindsNothingAndReachesEveryRefusal()
    {
        FrameFuzzReport report = await RunAsync(new() { Count = 30_000, Guard = GuardKind.Poison });
        Assert.Empty(report.Findings);
        Assert.Equal(30_000, report.Inputs);
        Assert.Equal(report.Inputs, report.Accepted + report.Refused.Values.Sum());
        Assert.Equal(Enum.GetNames<FrameError>().Order(StringComparer.Ordinal), report.Refused.Keys);
        string[] specs = [.. TensorCodecs.All.Select(c => c.Spec.ToString())];
        Assert.Equal(specs, report.Codecs.Select(c => c.Codec).Take(specs.Length));
        // Those that can use trained tables come a second time, with them.
        Assert.Equal(specs.Where(s => s.StartsWith("dense", StringComparison.Ordinal) || s.StartsWith("fast", StringComparison.Ordinal)).Select(s => s + " trained"), report.Codecs.Select(c => c.Codec).Skip(specs.Length));
        Assert.All(report.Codecs, c => Assert.True(c.Accepted > 0 && c.Refused.Count > 3, c.Codec));
        Assert.Equal(Enum.GetNames<FrameMutation>().Order(StringComparer.Ordinal), report.Mutations.Keys);
    }

    [Fact]
    public async Task RunAsync_OnSeveralThreads_CountsTheSame()
    {
        FrameFuzzReport one = await RunAsync(new() { Count = 3000, Seed = 9, Threads = 1, Guard = GuardKind.Poison });
        FrameFuzzReport three = await RunAsync(new() { Count = 3000, Seed = 9, Threads = 3, Guard = GuardKind.Poison });
        Assert.Equal(Text(one), Text(three));

        static string Text(FrameFuzzReport report) => JsonSerializer.Serialize(
            report with { Seconds = 0, Threads = 1, Codecs = [.. report.Codecs.Select(c => c with { SlowestMs = 0, MaxAllocatedBytes = 0 })] }, IsthmusJson.Compact);
    }

    [Fact]
    public async Task RunAsync_DecoderThrows_IsACrashThatTheSeedReproduces()
    {
        FrameFuzzOptions options = With(PlantedCodec.Throwing());
        FrameFuzzReport report = await RunAsync(options);
        FuzzFinding finding = report.Findings[0];
        Assert.Equal(FuzzFindingKind.Crash, finding.Kind);
        Assert.Contains(nameof(IndexOutOfRangeException), finding.Message, StringComparison.Ordinal);

        FrameFuzzReport again = await RunAsync(options with { From = finding.Input, Count = 1 });
        Assert.Equal(finding.Message, Assert.Single(again.Findings).Message);
    }

    [Fact]
    public async Task RunAsync_ReplayOfTheFile_ShowsTheSameCrash()
    {
        FrameFuzzOptions options = With(PlantedCodec.Throwing());
        FuzzFinding finding = (await RunAsync(options)).Findings[0];
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        try
        {
            new FrameFuzzer(options).Reproducer(finding.Input).Save(path);
            FrameFuzzReport replayed = await RunAsync(options with { Seed = 77, Replay = FuzzReproducer.Load(path) });
            Assert.Equal(finding.Message, Assert.Single(replayed.Findings).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static TheoryData<string, FuzzFindingKind> Bugs => new()
    {
        { nameof(PlantedCodec.WritingBehind), FuzzFindingKind.Overwrite },
        { nameof(PlantedCodec.WritingBefore), FuzzFindingKind.Overwrite },
        { nameof(PlantedCodec.ReadingBehind), FuzzFindingKind.Overread },
        { nameof(PlantedCodec.LeavingTheLastValue), FuzzFindingKind.Leftover },
        { nameof(PlantedCodec.Allocating), FuzzFindingKind.Memory },
        { nameof(PlantedCodec.Refusing), FuzzFindingKind.GoodFrameRefused },
    };

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task RunAsync_PlantedBug_IsFoundAndNamed(string bug, FuzzFindingKind kind)
    {
        PlantedCodec codec = bug switch
        {
            nameof(PlantedCodec.WritingBehind) => PlantedCodec.WritingBehind(),
            nameof(PlantedCodec.WritingBefore) => PlantedCodec.WritingBefore(),
            nameof(PlantedCodec.ReadingBehind) => PlantedCodec.ReadingBehind(),
            nameof(PlantedCodec.LeavingTheLastValue) => PlantedCodec.LeavingTheLastValue(),
            nameof(PlantedCodec.Allocating) => PlantedCodec.Allocating(),
            _ => PlantedCodec.Refusing(),
        };
        FrameFuzzReport report = await RunAsync(With(codec));
        Assert.NotEmpty(report.Findings);
        Assert.All(report.Findings, f => Assert.Equal(kind, f.Kind));
    }

    [Fact]
    public async Task RunAsync_DecoderIsSlowEachTime_IsFound()
    {
        AdvancingClock clock = new();
        PlantedCodec slow = new(TensorCodecs.Get(CodecSpec.Raw), (_, destination, decode) =>
        {
            decode();
            if (destination.Length > 1000) clock.Advance(TimeSpan.FromSeconds(2));
        });
        FrameFuzzReport report = await new FrameFuzzer(With(slow) with { Threads = 1, HangLimit = TimeSpan.FromDays(1) }, clock).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEmpty(report.Findings);
        Assert.All(report.Findings, f => Assert.Equal(FuzzFindingKind.Time, f.Kind));
    }

    [Fact]
    public async Task RunAsync_DecoderIsSlowOnce_IsNoFinding()
    {
        AdvancingClock clock = new();
        int calls = 0;
        PlantedCodec slow = new(TensorCodecs.Get(CodecSpec.Raw), (_, _, decode) =>
        {
            if (++calls == 100) clock.Advance(TimeSpan.FromSeconds(2));
            decode();
        });
        FrameFuzzReport report = await new FrameFuzzer(With(slow) with { Threads = 1, HangLimit = TimeSpan.FromDays(1) }, clock).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(report.Findings);
    }

    [Fact]
    public async Task RunAsync_DecoderDoesNotComeBack_EndsAndNamesTheInput()
    {
        using ManualResetEventSlim never = new();
        PlantedCodec hanging = new(TensorCodecs.Get(CodecSpec.Raw), (_, destination, decode) =>
        {
            if (destination.Length > 1000) never.Wait();
            decode();
        });
        FrameFuzzReport report = await RunAsync(With(hanging) with { Threads = 1, HangLimit = TimeSpan.FromMilliseconds(1) });
        Assert.Equal(FuzzFindingKind.Hang, Assert.Single(report.Findings).Kind);
        never.Set();
    }

    [Fact]
    public async Task RunAsync_Cancelled_Ends()
    {
        using CancellationTokenSource cancelled = new();
        PlantedCodec cancelling = new(TensorCodecs.Get(CodecSpec.Raw), (_, _, decode) =>
        {
            cancelled.Cancel();
            decode();
        });
        await Assert.ThrowsAsync<OperationCanceledException>(() => new FrameFuzzer(With(cancelling) with { Count = 1_000_000_000 }).RunAsync(cancellationToken: cancelled.Token));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 0, 0)]
    public void Constructor_NumberOutOfRange_IsRefused(long count, long from, int threads) =>
        Assert.Throws<IsthmusException>(() => new FrameFuzzer(new() { Count = count, From = from, Threads = threads }));

    private static FrameFuzzOptions With(PlantedCodec codec) => new() { Count = 3000, Codecs = [codec], Guard = GuardKind.Poison };

    private static Task<FrameFuzzReport> RunAsync(FrameFuzzOptions options) => new FrameFuzzer(options).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
}
