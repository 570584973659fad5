using System.Diagnostics;
using System.Text.RegularExpressions;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

/// <summary>
/// The commands in ```sh blocks of the README and of docs/ are run as they stand, page by page, in an empty folder that has
/// `isthmus`, `samples`, `models` and `node_modules` as a clone has.
/// </summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Pages() =>
        [.. Directory.EnumerateFiles(Path.Combine(DevelopmentData.Repository, "docs"), "*.md")
            .Append(Path.Combine(DevelopmentData.Repository, "README.md"))
            .Append(Path.Combine(DevelopmentData.Repository, "CONTRIBUTING.md"))
            .Where(page => File.Exists(page) && ShellBlock().IsMatch(File.ReadAllText(page)))
            .Select(page => Path.GetRelativePath(DevelopmentData.Repository, page).Replace('\\', '/')).Order()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Commands_OfThePage_Succeed(string page)
    {
        string folder = Directory.CreateTempSubdirectory("isthmus-docs-").FullName;
        try
        {
            string tool = Path.Combine(AppContext.BaseDirectory, "isthmus.dll");
            await File.WriteAllTextAsync(Path.Combine(folder, "isthmus"), $$"""
                #!/usr/bin/env bash
                # Set-up and tests are what runs this; everything else is the tool itself.
                case ${1-} in setup | test) exit 0 ;; esac
                exec dotnet exec '{{tool}}' "$@"
                """, TestContext.Current.CancellationToken);
            foreach (string shared in new[] { "samples", "models", "node_modules" })
                Directory.CreateSymbolicLink(Path.Combine(folder, shared), Path.Combine(DevelopmentData.Repository, shared));
            string commands = string.Join('\n', ShellBlock().Matches(await File.ReadAllTextAsync(Path.Combine(DevelopmentData.Repository, page), TestContext.Current.CancellationToken)).Select(m => m.Groups["commands"].Value));
            await File.WriteAllTextAsync(Path.Combine(folder, "commands.sh"), $"set -euo pipefail\nchmod +x isthmus\n{commands}\n", TestContext.Current.CancellationToken);

            ProcessStartInfo start = new("bash") { UseShellExecute = false, WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
            start.ArgumentList.Add("commands.sh");
            start.Environment["ISTHMUS_DATA"] = Path.Combine(folder, ".data");
            start.Environment["ISTHMUS_ROOT"] = DevelopmentData.Repository;
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"exit {process.ExitCode}\n{Last(await output)}\n{Last(await error)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Last(string text) => text.Length <= 4000 ? text : text[^4000..];

    [GeneratedRegex(@"^```sh\r?\n(?<commands>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex ShellBlock();
}
