using Isthmus.Cli;

return await CommandLineApplication.RunAsync(args);
