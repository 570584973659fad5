using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Isthmus.EndToEnd.Tests;

/// <summary>
/// The real tool as a process of its own, with its outputs caught. Ends by force when disposed, so that a test that fails leaves
/// nothing behind.
/// </summary>
internal sealed partial class IsthmusProcess : IAsyncDisposable
{
    // Generous: a failed start must fail a test, a busy machine must not.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IsthmusProcess(Process process) => _process = process;

    /// <summary>All of stdout so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>All of stderr so far.</summary>
    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts `isthmus` with these arguments.</summary>
    public static IsthmusProcess Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "isthmus.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["ISTHMUS_DATA"] = SharedDataFolder.Location;
        IsthmusProcess process = new(new Process { StartInfo = start });
        process._process.OutputDataReceived += (_, e) => process.Read(process._output, e.Data);
        process._process.ErrorDataReceived += (_, e) => process.Read(process._error, e.Data);
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        process._process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs `isthmus` to its end.</summary>
    public static async Task<ToolResult> RunAsync(params string[] arguments)
    {
        await using IsthmusProcess process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ToolResult> EndAsync()
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The process did not end. Its stderr:\n{Error}");
        }

        return new ToolResult(_process.ExitCode, Output, Error);
    }

    /// <summary>The first address that it says it listens on.</summary>
    public async Task<Uri> AddressAsync()
    {
        Task ended = _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(_address.Task, ended).WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.True(_address.Task.IsCompleted, $"The process ended before it listened. Its stderr:\n{Error}");
        return new Uri(await _address.Task, UriKind.Absolute);
    }

    /// <summary>Waits until it answers /v2/health/ready with success.</summary>
    public async Task<Uri> ReadyAsync()
    {
        Uri address = await AddressAsync();
        using HttpClient client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri("v2/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
                if (answer.IsSuccessStatusCode) return address;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            Assert.True(IsRunning && Stopwatch.GetElapsedTime(start) < Patience, $"The node did not become ready. Its stderr:\n{Error}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks it to end, as Ctrl+C's and service managers' signals do.</summary>
    public void Terminate()
    {
        const int Sigterm = 15;
        Assert.Equal(0, Kill(_process.Id, Sigterm));
    }

    /// <summary>Ends it at once, as a crash does.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Read(StringBuilder into, string? line)
    {
        if (line is null) return;
        lock (into) into.AppendLine(line);
        if (Address().Match(line) is { Success: true } address) _address.TrySetResult(address.Value);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9][0-9]*")]
    private static partial Regex Address();
}
