<#
.SYNOPSIS
  連携カードリーダー端末プログラムを Windows のサービスとして入れます。 / Installs the card reader agent as a service.
.DESCRIPTION
  管理者の PowerShell で実行してください。 / Run in an administrator's PowerShell.
  Needs nothing but Windows itself: the program answers the service manager. It runs as a virtual account of its own
  (NT SERVICE\RenkeiCardAgent), which owns nothing but its folder, where settings, root certificate, device key and log
  lie. A device key file has no mode on Windows: the folder's permissions keep everybody else out.
.EXAMPLE
  .\install-card-agent.ps1 -Program .\renkei-card-agent.exe -Settings .\card-agent.toml -Roots .\tls-root.pem
.EXAMPLE
  .\install-card-agent.ps1 -Remove
#>
[CmdletBinding(DefaultParameterSetName = 'Install')]
param(
  [Parameter(Mandatory, ParameterSetName = 'Install')][string]$Program,
  [Parameter(Mandatory, ParameterSetName = 'Install')][string]$Settings,
  [Parameter(Mandatory, ParameterSetName = 'Install')][string]$Roots,
  [Parameter(Mandatory, ParameterSetName = 'Remove')][switch]$Remove
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$Name = 'RenkeiCardAgent'
$Account = "NT SERVICE\$Name"
$ProgramFolder = Join-Path $env:ProgramFiles 'Renkei'
$DataFolder = Join-Path $env:ProgramData 'Renkei\card-agent'
$Exe = Join-Path $ProgramFolder 'renkei-card-agent.exe'
$Config = Join-Path $DataFolder 'card-agent.toml'
$Log = Join-Path $DataFolder 'card-agent.log'

# Native programs do not throw: their exit code is looked at.
function Invoke-Checked([string]$File, [string[]]$Arguments) {
  & $File @Arguments | Out-Host
  if ($LASTEXITCODE -ne 0) { throw "$File $($Arguments -join ' ') -> $LASTEXITCODE" }
}

$principal = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
  throw '管理者として実行してください。 / Run as administrator.'
}

$existing = Get-Service -Name $Name -ErrorAction SilentlyContinue
if ($existing -and $existing.Status -ne 'Stopped') {
  Stop-Service -Name $Name
  $existing.WaitForStatus('Stopped', [TimeSpan]::FromSeconds(30))
}

if ($Remove) {
  if ($existing) { Invoke-Checked 'sc.exe' @('delete', $Name) }
  Remove-Item -LiteralPath $Exe -ErrorAction SilentlyContinue
  Write-Host "サービスを外しました。鍵と設定は $DataFolder に残っています。"
  Write-Host 'The service is removed; key and settings are left. Tell the operator if this PC is given away.'
  return
}

# Program: readable by all, changed by administrators only (inherited from Program Files).
New-Item -ItemType Directory -Force -Path $ProgramFolder, $DataFolder | Out-Null
Copy-Item -LiteralPath $Program -Destination $Exe -Force

# 1. The service first: its virtual account exists only then. Quotes inside binPath protect the blanks in the paths.
$command = "`"$Exe`" --config `"$Config`" --log `"$Log`" service"
if (-not $existing) {
  New-Service -Name $Name -BinaryPathName $command -DisplayName 'Renkei card reader agent' `
    -Description '連携: 患者カードの読取機をサーバーにつなぎます。' -StartupType Automatic | Out-Null
} else {
  $service = Get-CimInstance Win32_Service -Filter "Name='$Name'"
  $changed = Invoke-CimMethod -InputObject $service -MethodName Change -Arguments @{ PathName = $command }
  if ($changed.ReturnValue -ne 0) { throw "Win32_Service.Change -> $($changed.ReturnValue)" }
}
Invoke-Checked 'sc.exe' @('config', $Name, 'obj=', $Account)
Invoke-Checked 'sc.exe' @('sidtype', $Name, 'unrestricted')
# Started again after 10 s, 10 s, 60 s; the count begins anew after a day. Also when it ends with a failure of its own.
Invoke-Checked 'sc.exe' @('failure', $Name, 'reset=', '86400', 'actions=', 'restart/10000/restart/10000/restart/60000')
Invoke-Checked 'sc.exe' @('failureflag', $Name, '1')

# 2. The folder: nobody inherits; SYSTEM and Administrators everything, the service what it needs to keep key and log.
#    S-1-5-18 SYSTEM, S-1-5-32-544 Administrators: names differ between languages of Windows.
Invoke-Checked 'icacls.exe' @($DataFolder, '/inheritance:r', '/grant:r',
  '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', "${Account}:(OI)(CI)M")

# 3. Settings and root; a file that is there is kept, because it may already hold the reader's id.
if (-not (Test-Path -LiteralPath $Config)) { Copy-Item -LiteralPath $Settings -Destination $Config }
Copy-Item -LiteralPath $Roots -Destination (Join-Path $DataFolder 'tls-root.pem') -Force
# No dependency on the smart card service: Windows starts and stops it with the readers, and the agent waits for it.

# 4. Key and enrolment line, readers of this PC, start.
Invoke-Checked $Exe @('--config', $Config, 'enrol')
& $Exe --config $Config readers
if (Select-String -LiteralPath $Config -Pattern '^\s*reader\s*=' -Quiet) {
  Start-Service -Name $Name
  Get-Service -Name $Name
} else {
  Write-Host "上の device_key の行を運用担当に送り、返ってきた reader = `"…`" の行を $Config に書き加えてから:"
  Write-Host 'Send the device_key line to the operator, add the reader line that comes back to the settings, then:'
  Write-Host "  Start-Service $Name"
}
