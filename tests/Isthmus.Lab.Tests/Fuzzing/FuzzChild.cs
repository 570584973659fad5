using System.Diagnostics;
using System.Text.Json;
using Isthmus.Core.Json;
using Isthmus.Lab.Fuzzing;
using Isthmus.Lab.Fuzzing.Images;

namespace Isthmus.Lab.Tests.Fuzzing;

/// <summary>This test program as the process that a fuzz run is done in: with codecs that touch foreign memory and so end it.</summary>
internal static class FuzzChild
{
    private const string Variable = "ISTHMUS_TEST_FUZZ_CHILD";

    private sealed record Job(string Codec, long From, long Count, int Threads, string Journal);

    /// <summary>The input of a run over pictures at which the process ends.</summary>
    public const long Deadly = 23;

    private const string Images = "images";

    public static ProcessStartInfo StartImages(ImageFuzzOptions part, string journal) => Start(Images, new() { From = part.From, Count = part.Count }, journal);

    public static FrameFuzzOptions Options(string codec) => new()
    {
        Seed = 3,
        Count = 3000,
        Codecs = [codec switch { "before" => PlantedCodec.WritingBefore(), "behind" => PlantedCodec.WritingBehind(), _ => PlantedCodec.ReadingBehind() }],
    };

    public static ProcessStartInfo Start(string codec, FrameFuzzOptions part, string journal)
    {
        ProcessStartInfo start = new("dotnet");
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(FuzzChild).Assembly.Location);
        start.Environment[Variable] = JsonSerializer.Serialize(new Job(codec, part.From, part.Count, part.Threads, journal));
        // A process that dies on purpose leaves no core file.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }

    /// <summary>Does the fuzzing that the parent asks for.</summary>
    public static async Task<int?> RunIfAskedAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return null;
        Job job = JsonSerializer.Deserialize<Job>(text)!;
        if (job.Codec == Images) return RunImages(job);
        FrameFuzzOptions options = Options(job.Codec) with { From = job.From, Count = job.Count, Threads = job.Threads };
        FrameFuzzReport report = await new FrameFuzzer(options).RunAsync(journal: job.Journal);
        Console.WriteLine(JsonSerializer.Serialize(report, IsthmusJson.Compact));
        return report.FindingCount > 0 ? 8 : 0;
    }

    private static int RunImages(Job job)
    {
        ImageFuzzOptions options = new() { Seed = 1, From = job.From, Count = job.Count };
        if (job.From <= Deadly && Deadly < job.From + job.Count)
        {
            if (job.From < Deadly) new ImageFuzzer(options with { Count = Deadly - job.From }).Run(job.Journal);
            using FuzzJournal journal = FuzzJournal.InFile(job.Journal);
            journal.Begin(0, Deadly);
            Process.GetCurrentProcess().Kill();
        }

        Console.WriteLine(JsonSerializer.Serialize(new ImageFuzzer(options).Run(job.Journal), IsthmusJson.Compact));
        return 0;
    }
}
